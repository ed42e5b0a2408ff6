"""What a run may hold, what it held, and a worker that asks whether it is still wanted."""

from __future__ import annotations

import pytest

from app.core import calls, resources
from app.core.calls import Call
from app.core.jobs import QUIET, Job
from app.core.language import set_language
from app.core.resources import memory_mb, own_peak_mb, peak_rss_mb
from app.core.tools import Assumed
from layers.errors import Cancelled, CrsMissing, MemoryExceeded, ParameterInvalid
from layers.raster import RasterLayer


@pytest.mark.parametrize(
    ("word", "mb"),
    [("", 0), ("1GiB", 1024), ("1.5 gb", 1536), ("800MB", 800), ("800", 800), ("512k", 1), ("2048KiB", 2)],
)
def test_a_memory_size_is_read_as_people_write_it(word: str, mb: int):
    assert memory_mb(word) == mb


@pytest.mark.parametrize("word", ["much", "-1GiB", "0", "1TB", "GiB", "1 2"])
def test_a_memory_size_that_is_none_is_refused(word: str):
    with pytest.raises(ParameterInvalid, match="--memory"):
        memory_mb(word)


def test_the_peak_never_falls_and_counts_what_others_held():
    before = own_peak_mb()
    held = bytearray(b"x") * (50 << 20)
    after = own_peak_mb()
    assert len(held) == 50 << 20
    assert 20 < before <= after
    assert peak_rss_mb(1000.0) >= after + 1000.0 - 0.1


def test_the_one_who_watches_counts_as_well(monkeypatch: pytest.MonkeyPatch):
    import os

    alone = peak_rss_mb()
    monkeypatch.setattr(resources, "supervisor_pid", os.getppid())
    assert peak_rss_mb() > alone


def test_a_job_refuses_work_that_needs_more_than_it_may_hold():
    Job(memory_mb=100).check_memory(99.0)
    Job().check_memory(1e9)
    with pytest.raises(MemoryExceeded, match="100 MiB"):
        Job(memory_mb=100).check_memory(100.5)


def test_a_worker_asks_now_and_then_whether_it_is_still_wanted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(calls, "ASK_EVERY_S", -1.0)
    answers = iter([False, True])
    job = calls._WorkerJob(0, lambda: next(answers))
    job.progress(0.1)
    with pytest.raises(Cancelled):
        job.progress(0.2)


def test_a_call_for_another_folder_has_full_paths_and_leaves_other_words_alone(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
):
    from pathlib import Path

    folder = Path(str(tmp_path)).resolve()
    (folder / "a.tif").touch()
    monkeypatch.chdir(folder)
    given = {"source": "a.tif#band", "many": ["a.tif", "b.tif"], "crs": "EPSG:4549", "box": "1,2,3,4", "n": 5}
    found = Call("data.clip", given, Path("out.tif")).absolute()
    full = str(folder / "a.tif")
    assert found.given == given | {"source": f"{full}#band", "many": [full, "b.tif"]}
    assert found.out == folder / "out.tif"


def test_remarks_are_english_in_records_and_translated_on_screen():
    job = Job()
    job.warn("The source has {count} steps; the first is used.", count=3)
    job.warn("The source has {count} steps; the first is used.", count=3)
    (remark,) = job.remarks
    set_language("zh")
    try:
        assert remark.shown() == "数据有 3 个时间步，只处理第一步。"
        assert remark.english == "The source has 3 steps; the first is used."
    finally:
        set_language("en")


def test_the_job_that_nobody_watches_keeps_nothing():
    QUIET.warn("The source has {count} steps; the first is used.", count=3)
    QUIET.progress(0.5)
    assert (QUIET.remarks, QUIET.share) == ([], 0.0)


def test_what_is_said_of_silent_inputs_is_not_forced_on_those_that_speak():
    said = Assumed.from_dict({"vdatum": "wusong_sh", "source_crs": "epsg:4549", "tz": "+08:00"})
    silent, speaking = RasterLayer(), RasterLayer(crs="EPSG:3857", vdatum="CN1985")
    for layer in (silent, speaking):
        said.apply(layer)
    assert (silent.crs, silent.vdatum) == ("EPSG:4549", "WUSONG_SH")
    assert (speaking.crs, speaking.vdatum) == ("EPSG:3857", "CN1985")
    assert Assumed.from_dict(said.to_dict()) == said
    with pytest.raises(CrsMissing):
        Assumed(crs="EPSG:nothing").apply(RasterLayer())
