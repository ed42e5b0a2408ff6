"""Steps of the tour: tools found, filled in, run, cancelled, and their results on the map."""

from __future__ import annotations

import csv
import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.core.jobs import ProcessJob
from app.core.language import N_, tr
from app.shell.tour import hands
from app.shell.tour.watching import DEPTH, MIDDLE, PLACE, line_of
from app.shell.tour.witness import WIDE, StepFailed

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.jobs import ProcessJob as Job
    from app.shell.tour.guide import Guide
    from app.views.view import Hit
    from layers.extent import Extent
    from layers.layer import Layer

THRESHOLD = 0.3
"""Depth (m) whose arrival is asked for."""
INITIALS = "gcbl"
"""Initials of the pinyin of 过程包络."""
ENVELOPE, SAMPLE, CLIP, REPROJECT = "playback.envelope", "playback.sample", "data.clip", "data.reproject"


def palette(guide: Guide) -> None:
    """Find a tool by the initials of its pinyin, and open its form."""
    guide.window.docks["tools"].bring()
    box = guide.window.palette_box
    for name, typed in (("zh", INITIALS), ("en", "envelope")):
        guide.speak(name)
        guide.window.menus.actions["palette"].trigger()
        guide.wait(box.isVisible)
        hands.write(hands.part(box, QLineEdit), typed)
        guide.settle()
        found = box.entries()
        guide.check(
            N_("Typing {typed} finds {title} first."),
            found and found[0].id == f"tool:{ENVELOPE}",
            typed=typed,
            title=found[0].title(name) if found else "-",
        )
        guide.shoot(typed, languages=(name,))
        hands.press_key(hands.part(box, QLineEdit), Qt.Key.Key_Return)
        guide.wait(lambda: open_form(guide) is not None)
    guide.speak("zh")
    guide.check(N_("Enter opens its form."), open_form(guide).tool.id == ENVELOPE)


def arrival(guide: Guide) -> None:
    """Arrival of the flood: from the form to a layer on the map."""
    from app.core.records import file_hash

    out = guide.products / "arrival.nc"
    layer = guide.document.layer(DEPTH)
    page = fill(guide, ENVELOPE, out, source=f"{layer.source}#{layer.key}", variable="waterdepth", kind="arrival")
    hands.write(page.form.field("threshold").edit, str(THRESHOLD))
    shoot_form(guide)
    guide.check(
        N_("A switch of the language keeps what the form holds: {file}."),
        open_form(guide).named_result() == str(out),
        file=out.name,
    )
    job, made = run(guide)
    guide.check(
        N_("The tool ran {seconds} s in a process of its own and wrote {file}."),
        out.is_file(),
        seconds=f"{job.seconds:.1f}",
        file=out.name,
    )
    guide.check(N_("The result is a layer on the map: {layer}."), made.kind == "mesh" and made.visible, layer=made.name)
    record = json.loads(out.with_name("arrival.record.json").read_text("utf-8"))
    guide.check(
        N_("Its record names the tool, its parameters and the SHA-256 of the file, {sum}…"),
        record["outputs"][0]["sha256"] == file_hash(out) and float(record["parameters"]["threshold"]) == THRESHOLD,
        sum=file_hash(out)[:12],
    )
    guide.wait(lambda: guide.hit(made.id, *PLACE) is not None)
    hit, wanted = guide.hit(made.id, *PLACE), crossing(guide)
    guide.check(
        N_("The water reaches {threshold} m at the place after {hours} h; the series in the chart says {wanted} h."),
        hit is not None and hit.value is not None and abs(hit.value - wanted) < 1e-4,
        threshold=THRESHOLD,
        hours=value_text(hit, 4),
        wanted=f"{wanted:.4f}",
    )
    guide.kept["arrival"] = made.id
    guide.clear_toasts()
    guide.shoot("result")


def shoot_form(guide: Guide) -> None:
    """Take the picture of a form in the window, and of the form alone for the handbook."""
    guide.shoot("form")
    guide.resize(MIDDLE)
    guide.shoot("tool", of=guide.window.docks["tools"])
    guide.resize(WIDE)


def crossing(guide: Guide) -> float:
    """Give when the depth in the chart first reaches the threshold, h after the first step."""
    line = line_of(guide, DEPTH)
    hours = (line.times - line.times[0]) / 3.6e12
    wet = np.flatnonzero(np.nan_to_num(line.values, nan=-1.0) >= THRESHOLD)
    if not len(wet):
        raise StepFailed(N_("The depth in the chart never reaches {threshold} m."), threshold=THRESHOLD)
    at = int(wet[0])
    if at == 0 or np.isnan(line.values[at - 1]):
        return float(hours[at])
    low, high = float(np.float32(line.values[at - 1])), float(np.float32(line.values[at]))
    return float(hours[at - 1] + (THRESHOLD - low) / (high - low) * (hours[at] - hours[at - 1]))


def replay(guide: Guide) -> None:
    """Run the record again: the same file, to the byte."""
    job = finished(guide, ProcessJob(N_("Replay of a record"), ["replay", str(guide.products / "arrival.record.json")]))
    guide.check(
        N_("Run again from its record, the file is the same to the byte ({seconds} s)."),
        job.answer.get("agrees") is True,
        seconds=f"{job.seconds:.1f}",
    )
    jobs = guide.panel("jobs")
    guide.check(
        N_("The panel of jobs lists {count} runs."), len(guide.desk.jobs.all) >= 2, count=len(guide.desk.jobs.all)
    )
    guide.shoot("jobs", of=guide.window.docks["jobs"])
    guide.check(N_("The panel is open."), jobs.isVisible())


def values_at_places(guide: Guide) -> None:
    """Series at a place that is picked on the map, as a table."""
    out = guide.products / "depth-at-place.csv"
    layer = guide.document.layer(DEPTH)
    page = fill(guide, SAMPLE, out, source=f"{layer.source}#{layer.key}", variable="waterdepth")
    places = page.form.field("points")
    hands.press(places, tr("Pick a place on the map"))
    guide.click_map(*PLACE)
    x, y = (float(part) for part in str(places.value()).split(","))
    guide.check(
        N_("A click on the map fills in the place: {place}."),
        max(abs(x - PLACE[0]), abs(y - PLACE[1])) < 2 * guide.document.camera.scale,
        place=places.value(),
    )
    guide.clear_toasts()
    guide.shoot("form")
    run(guide)
    with out.open(encoding="utf-8-sig", newline="") as opened:
        rows = [row for row in csv.reader(opened) if row and not row[0].startswith("#")]
    values = np.array([float(row[1]) if row[1] else np.nan for row in rows[1:]])
    line = line_of(guide, DEPTH)
    away = float(np.nanmax(np.abs(values - line.values))) if len(values) == len(line.values) else np.inf
    guide.check(
        N_("The table has {count} rows; they differ from the chart by {away} m at the most."),
        away <= 5e-4,
        count=len(values),
        away=f"{away:.0e}",
    )
    guide.document.set(guide.document.layer(guide.kept["arrival"]), "visible", value=False)
    guide.settle()


def clip(guide: Guide) -> None:
    """Cut the ground to the polder."""
    out = guide.products / "ground-of-the-polder.tif"
    ground, polder = guide.document.layer("sample-ground"), guide.document.layer("sample-polder")
    fill(guide, CLIP, out, source=ground.source, mask=f"{polder.source}#{polder.key}")
    _, made = run(guide)
    box, edge = (
        made.description.bounds if made.description else None,
        polder.description.bounds if polder.description else None,
    )
    if box is None or edge is None:
        raise StepFailed(N_("The layer {layer} has no extent."), layer=made.name)
    cell = 2 * box.width / max(made.description.counts["width"], 1) if made.description else 0
    guide.check(
        N_("The grid was cut to the polder: {width} by {height} m."),
        abs(box.x0 - edge.x0) <= cell and abs(box.y1 - edge.y1) <= cell,
        width=f"{box.width:.0f}",
        height=f"{box.height:.0f}",
    )
    hit, whole = guide.hit(made.id, *PLACE), guide.hit("sample-ground", *PLACE)
    guide.check(
        N_("Inside it stands the same ground as before: {value} m."),
        hit is not None and whole is not None and hit.value == whole.value,
        value=value_text(hit),
    )
    outside = guide.hit(made.id, edge.x1 - 5, edge.y0 + 5), guide.hit(made.id, edge.x1 + 400, edge.centre[1])
    guide.check(N_("Outside there is nothing."), outside[1] is None)
    guide.kept["clip"] = made.id
    guide.clear_toasts()
    guide.shoot()
    guide.do("undo")
    guide.check(N_("Undo takes the layer away; the file stays."), made.id not in ids(guide) and out.is_file())


def reproject(guide: Guide) -> None:
    """Bring the buildings to geographic coordinates."""
    out = guide.products / "buildings-cgcs2000.gpkg"
    source = guide.document.layer("sample-buildings")
    fill(guide, REPROJECT, out, source=f"{source.source}#{source.key}", crs="EPSG:4490")
    guide.shoot("form")
    _, made = run(guide)
    before, after = guide.features(source), guide.features(made)
    guide.check(
        N_("The new layer is in {crs}, and lies where the old one lies."), made.crs == "EPSG:4490", crs=made.crs
    )
    same = all(list(map(str, before.columns[name])) == list(map(str, after.columns[name])) for name in before.columns)
    guide.check(
        N_("All {count} features came along with all {columns} attributes."),
        len(before.ids) == len(after.ids) and same,
        count=len(after.ids),
        columns=len(before.columns),
    )
    guide.clear_toasts()
    guide.do("undo")


def cancel(guide: Guide) -> None:
    """Start a run and change one's mind."""
    out = guide.products / "cancelled.nc"
    layer = guide.document.layer(DEPTH)
    page = fill(guide, ENVELOPE, out, source=f"{layer.source}#{layer.key}", variable="waterdepth", kind="max")
    hands.press(page, tr("Run"))
    job = guide.desk.jobs.all[0]
    guide.wait_for(lambda: job.state == "running")
    started = time.monotonic()
    hands.press(page, tr("Cancel"))
    guide.wait_for(lambda: job.state == "cancelled" and job.seconds > 0, 10)
    seconds = time.monotonic() - started
    guide.check(N_("The run stopped {seconds} s after Cancel."), seconds < 1.0, seconds=f"{seconds:.2f}")
    left = [path.name for path in out.parent.iterdir() if "cancelled" in path.name]
    guide.check(N_("It left no file behind."), not left)
    guide.settle()
    guide.shoot()
    guide.panel("tools").show_list()


# ------------------------------------------------------------------------ forms
def open_form(guide: Guide) -> Any:
    """Give the form that is shown; None where there is none."""
    content: Any = guide.window.docks["tools"].content
    return content.current_page() if content is not None else None


def fill(guide: Guide, tool: str, out: Path, **values: str) -> Any:
    """Open the form of a tool, choose in its lists, and name the file of the result."""
    guide.window.open_tool(tool)
    guide.wait(lambda: open_form(guide) is not None and open_form(guide).tool.id == tool)
    page = open_form(guide)
    for name, value in values.items():
        combo = page.form.field(name).combo
        if combo.findData(value) >= 0:
            hands.choose(combo, value)
        else:
            hands.write(combo.lineEdit(), value)
    out.parent.mkdir(parents=True, exist_ok=True)
    hands.write(page.out, str(out))
    return page


def run(guide: Guide) -> tuple[Job, Layer]:
    """Press Run in the form that is shown, wait for the end, and give the job with the layer it made.

    Raises
    ------
    StepFailed
        The run failed, or made no layer.
    """
    before, page = ids(guide), open_form(guide)
    hands.press(page, tr("Run"))
    job = guide.desk.jobs.all[0]
    guide.wait(lambda: job.state in ("done", "failed", "cancelled"))
    if job.state != "done":
        raise StepFailed(
            N_("The tool {tool} ended as {state}: {reason}"), tool=page.tool.id, state=job.state, reason=job.error or ""
        )
    guide.wait(lambda: ids(guide) - before and not guide.window.opener.is_busy)
    made = guide.document.layer(next(iter(ids(guide) - before)))
    guide.wait(lambda: guide.desk.reading.state(made.id) != "opening")
    if guide.desk.reading.state(made.id) != "ok":
        raise StepFailed(N_("The result cannot be read: {layer}"), layer=made.name)
    return job, made


def finished(guide: Guide, job: Job) -> Job:
    """Run a command line in a process of its own, and wait for its end.

    Raises
    ------
    StepFailed
        It failed.
    """
    guide.desk.jobs.start(job, lambda _: None)
    guide.wait_for(lambda: job.state in ("done", "failed", "cancelled"))
    if job.state != "done":
        raise StepFailed(
            N_("The tool {tool} ended as {state}: {reason}"), tool=job.title, state=job.state, reason=job.error or ""
        )
    return job


def bounds(layer: Layer) -> Extent:
    """Give the extent of a layer, in its own system.

    Raises
    ------
    StepFailed
        It has none.
    """
    box = layer.description.bounds if layer.description is not None else None
    if box is None:
        raise StepFailed(N_("The layer {layer} has no extent."), layer=layer.name)
    return box


def value_text(hit: Hit | None, digits: int = 3) -> str:
    """Write the value of a hit; a dash where there is none."""
    return f"{hit.value:.{digits}f}" if hit is not None and hit.value is not None else "-"


def ended(job: Job, name: str) -> None:
    """Hold that a run is done.

    Raises
    ------
    StepFailed
        It failed or was cancelled.
    """
    if job.state != "done":
        sentence = N_("The tool {tool} ended as {state}: {reason}")
        raise StepFailed(sentence, tool=name, state=job.state, reason=job.error or "")


def ids(guide: Guide) -> set[str]:
    """Give the ids of all layers."""
    return {layer.id for layer in guide.document.layers}
