"""A person prints map sheets from the command line: one sheet, an atlas, again next year, and with mistakes."""

from __future__ import annotations

import errno
import json
import re
import shutil
import signal
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtPdf import QPdfDocument

import resources
from app.__main__ import face
from app.cli_help import build
from app.core.jobs import Job
from app.core.language import set_language
from app.core.pages import templates
from app.shell import page_command
from app.views.sheet import export
from layers.errors import HaitangError
from tests.story.commands import program

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = resources.path("sample/polder.haitang")
OWN = dict.fromkeys(("info", "tools", "run", "replay", "batch", "audit"), lambda _: 0)
PAGE = face("app.shell.page_command:page")

pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.skipif(not SAMPLE.is_file(), reason="no sample workspace")]


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    set_language("en")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample without its meshes and its ground: features and stations alone."""
    data = json.loads(SAMPLE.read_text("utf-8"))
    data["layers"] = [layer for layer in data["layers"] if layer["kind"] in ("vector", "series")]
    folder = tmp_path_factory.mktemp("small")
    for name in ("polder.gpkg", "stations.csv", "waterlogging.csv", "rain.csv"):
        shutil.copy(SAMPLE.with_name(name), folder / name)
    path = folder / "small.haitang"
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    return path


def printed(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    """What the command answers; raises what it refuses."""
    parser = build(OWN, {"page": PAGE})
    PAGE(parser.parse_args(["page", *(str(word) for word in words), "--json"]))
    return json.loads(capsys.readouterr().out)


def text_of(path: Path, page: int = 0) -> str:
    document = QPdfDocument()
    document.load(str(path))
    return document.getAllText(page).text()


def drawing(path: Path) -> bytes:
    """The operators of all pages."""
    raw = path.read_bytes()
    found = re.finditer(rb"/Filter /FlateDecode\n>>\nstream\n", raw)
    texts = []
    for one in found:
        try:
            texts.append(zlib.decompressobj().decompress(raw[one.end() :]))
        except zlib.error:
            continue
    return b"".join(text for text in texts if b" cm\n" in text)


def test_a_chinese_sheet_has_vectors_fonts_words_and_its_place_on_earth(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "图幅.pdf"
    words = [
        small,
        "--template",
        "a3_map",
        "--out",
        out,
        "--lang",
        "zh",
        "--set",
        "unit=望潮院",
        "--date",
        "2026-11-28",
    ]
    answer = printed(capsys, *words)
    assert (answer["pages"], answer["drawn"], answer["kept"]) == (1, 1, 0)
    document = QPdfDocument()
    document.load(str(out))
    assert document.pageCount() == 1
    size = document.pagePointSize(0)
    assert (round(size.width()), round(size.height())) == (1191, 842)
    text = text_of(out)
    for words_on_it in ("图例", "望潮院", "2026-11-28", "CGCS2000", "上海吴淞高程", "建筑物", answer["record_id"]):
        assert words_on_it in text
    raw = out.read_bytes()
    assert raw.count(b"/FontFile2") >= 2
    assert b"/Subtype /GEO" in raw
    assert b"/EPSG 4550" in raw
    assert drawing(out).count(b" l\n") > 2000
    record = json.loads(Path(answer["record"]).read_text("utf-8"))
    assert {entry["name"] for entry in record["inputs"]} >= {"polder.gpkg", "stations.csv"}
    assert record["outputs"][0]["path"] == out.name
    again = printed(capsys, *words)
    assert (again["drawn"], again["kept"]) == (0, 1)
    assert out.read_bytes() == raw


def test_a_record_of_a_sheet_runs_again_to_the_byte(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "sheet.pdf"
    answer = printed(capsys, small, "--template", "a4_figure", "--out", out, "--lang", "en")
    parsed = build(OWN, {"page": PAGE}).parse_args(["replay", answer["record"]])
    PAGE(parsed)
    assert parsed.differences == []
    record = json.loads(Path(answer["record"]).read_text("utf-8"))
    record["arguments"]["date"] = "1999-01-01"
    Path(answer["record"]).write_text(json.dumps(record), "utf-8")
    PAGE(parsed)
    assert [one.name for one in parsed.differences] == ["sheet.pdf"]


def test_an_atlas_has_a_page_for_each_village_with_bookmarks_and_goes_on_where_it_stopped(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "villages.pdf"
    words = [small, "--template", "a4_figure", "--out", out, "--lang", "zh", "--atlas", "villages"]
    words += ["--name", "name", "--sort=-name", "--date", "2026-11-28"]
    told = printed(capsys, *words, "--estimate")
    first = printed(capsys, *words, "--pages", "1-3")
    assert first["pages"] == 3
    whole = printed(capsys, *words)
    assert whole["pages"] == told["pages"] == whole["drawn"] + whole["kept"]
    assert whole["kept"] == 3 + (told["pages"] // 2 >= 3)
    assert out.read_bytes().count(b"/Type /Page\n") == whole["pages"]
    assert b"/Outlines" in out.read_bytes()
    assert 0.3 < told["bytes"] / out.stat().st_size < 3.0
    assert text_of(out, 0) != text_of(out, 1)


def test_separate_pictures_are_named_by_their_features(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "sheet.png"
    words = [small, "--template", "a4_figure", "--out", out, "--lang", "zh", "--dpi", "80", "--pages", "1-2"]
    answer = printed(capsys, *words, "--atlas", "villages", "--name", "name", "--scale", "5000")
    assert len(answer["outputs"]) == 2
    for path in answer["outputs"]:
        image = QImage(path)
        assert (image.width(), image.height()) == (661, 935)
        assert Path(path).name.startswith("sheet_")
    assert not out.exists()


def test_a_page_of_the_workspace_is_written_by_its_name_as_svg(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    data = json.loads(small.read_text("utf-8"))
    page = templates.page_of(templates.template("a4_figure"), "en").model_copy(update={"name": "Figure 7"})
    data["pages"] = {"p": page.to_dict()}
    path = small.with_name("paged.haitang")
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    out = tmp_path / "figure.svg"
    printed(capsys, path, "--page", "Figure 7", "--out", out)
    text = out.read_text("utf-8")
    assert "<path" in text
    assert "Legend" in text
    with pytest.raises(HaitangError, match=r"There is no page Figure 8.*Pages here: Figure 7"):
        printed(capsys, path, "--page", "Figure 8", "--out", out)


@pytest.fixture(scope="module")
def opened(small: Path, qapp: object) -> Iterator[tuple[Any, Any]]:
    """Document and reading of the small workspace, open once for many mistakes."""
    with page_command.Opened([str(small)]) as both:
        yield both


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--template", "nothing"], "There is no template nothing"),
        (["--atlas", "nothing"], "There is no layer of features named nothing"),
        (["--atlas", "villages", "--name", "nothing"], "has no column nothing"),
        (["--atlas", "villages", "--where", "name = 'nowhere'"], "No feature is left"),
        (["--atlas", "villages", "--where", "nowhere = 1"], r"no column nowhere.*\(.*Villages\) Its columns are: "),
        (["--atlas", "villages", "--pages", "0-900"], "names no pages"),
        (["--map-theme", "nothing"], "shows the theme nothing"),
        (["--dpi", "7"], "dpi cannot be 7"),
        (["--set", "unit"], "does not fit here"),
        (["--out", "sheet.doc"], "PDF, PNG or SVG"),
        (["--out", "nowhere/sheet.pdf"], "the folder does not exist"),
    ],
)
def test_a_mistake_is_told_in_one_sentence_and_nothing_is_written(
    opened: tuple[Any, Any], tmp_path: Path, words: list[str], told: str
):
    document, reading = opened
    parsed = build(OWN, {"page": PAGE}).parse_args(["page", "small", "--out", str(tmp_path / "sheet.pdf"), *words])
    with pytest.raises(HaitangError, match=told):
        export.Exporter(page_command.ordered(parsed, document), document, reading, Job()).run()
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_an_export_that_is_cancelled_ends_within_a_second_and_leaves_nothing(small: Path, tmp_path: Path):
    out = tmp_path / "villages.pdf"
    child = program("page", small, "--out", out, "--atlas", "villages", "--date", "1999-01-01", "--json")
    time.sleep(2.5)
    started = time.monotonic()
    child.send_signal(signal.SIGTERM)
    out_words, _ = child.communicate(timeout=10)
    assert time.monotonic() - started < 1.5
    assert child.returncode == 4
    assert json.loads(out_words)["error"]["code"] == "Cancelled"
    assert not list(tmp_path.iterdir())


def test_names_of_files_lose_what_no_file_may_have():
    assert export.file_name("a/b:c*?\n 村 .") == "a_b_c___ 村"


def test_a_column_that_sorts_downwards_is_a_value_not_an_option(small: Path, tmp_path: Path):
    child = program("page", small, "--out", tmp_path / "a.pdf", "--atlas", "villages", "--sort", "-nothing", "--json")
    out_words, _ = child.communicate(timeout=60)
    assert child.returncode == 2
    assert "no column nothing" in json.loads(out_words)["error"]["what"]


def lone_map(path: Path, **more: Any) -> Path:
    """A template of an office: a map, and what is given beside it."""
    items = [{"kind": "map", "width": 80, "height": 60, "x": 10, "y": 10}, *more.get("items", ())]
    page = {"paper": "A5", "items": items}
    path.write_text(json.dumps({"format": templates.FORMAT, "id": path.stem, "page": page}), "utf-8")
    return path


def square(path: Path, side: float) -> Path:
    ring = [[0, 0], [side, 0], [side, side], [0, side], [0, 0]]
    shape = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [shape]}), "utf-8")
    return path


def test_two_files_of_one_name_are_told_apart_and_a_changed_one_is_drawn_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    one, two = square(tmp_path / "a" / "area.geojson", 1.0), square(tmp_path / "b" / "area.geojson", 2.0)
    words = [one, two, "--template", lone_map(tmp_path / "t.json"), "--out", tmp_path / "s.pdf", "--date", "2026-01-01"]
    first = printed(capsys, *words)
    again = printed(capsys, *words)
    assert (again["kept"], again["record_id"]) == (1, first["record_id"])
    parsed = build(OWN, {"page": PAGE}).parse_args(["replay", again["record"]])
    PAGE(parsed)
    assert parsed.differences == []
    for changed in (one, two):
        square(changed, 3.0)
        assert printed(capsys, *words)["drawn"] == 1


def test_a_page_is_never_written_over_a_file_that_it_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(0xFF3366)
    picture.save(str(tmp_path / "logo.png"))
    before = (tmp_path / "logo.png").read_bytes()
    logo = {"kind": "picture", "id": "p", "path": str(tmp_path / "logo.png"), "x": 900}
    template = lone_map(tmp_path / "t.json", items=[logo])
    area = square(tmp_path / "a" / "area.geojson", 1.0)
    with pytest.raises(HaitangError, match="one of the inputs"):
        printed(capsys, area, "--template", template, "--out", tmp_path / "logo.png")
    assert (tmp_path / "logo.png").read_bytes() == before
    answer = printed(capsys, area, "--template", template, "--out", tmp_path / "other.png", "--dpi", "72")
    assert answer["warnings"] == ["“Picture” lies beside the paper."]


def test_a_full_disk_costs_neither_the_old_sheet_nor_its_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    out, area = tmp_path / "s.pdf", square(tmp_path / "a" / "area.geojson", 1.0)
    words = [area, "--template", lone_map(tmp_path / "t.json"), "--out", out]
    record = Path(printed(capsys, *words)["record"])
    before = out.read_bytes(), record.read_bytes()

    def full(path: Path, _pieces: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(export.durable, "replace", full)
    with pytest.raises(HaitangError, match="the disk is full"):
        printed(capsys, *words, "--date", "1999-01-01")
    assert (out.read_bytes(), record.read_bytes()) == before


def test_a_layer_that_cannot_be_placed_is_a_warning_also_when_the_page_was_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    table = tmp_path / "lost.csv"
    rows = [f"2026-08-29T2{n}:00:00+08:00,A,1,2,{n}" for n in range(3)]
    table.write_text("\n".join(["time,station,x,y,level [m]", *rows]), "utf-8")
    area = square(tmp_path / "area.geojson", 1.0)
    words = [
        area,
        table,
        "--template",
        lone_map(tmp_path / "t.json"),
        "--out",
        tmp_path / "s.pdf",
        "--crs",
        "EPSG:4549",
    ]
    for kept in (0, 1):
        answer = printed(capsys, *words, "--date", "2026-01-01")
        assert answer["kept"] == kept
        assert answer["warnings"] == [
            "lost is not on the map: coordinate system unknown, so it cannot be placed on this map"
        ]
