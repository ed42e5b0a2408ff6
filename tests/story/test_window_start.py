"""The program as it is started: quick, light, and gone when it is told to go."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.realdata import ROOT
from tests.views.windows import districts

LIGHT = """
import json, sys
from app.shell import startup
startup.load_slow_parts = lambda: None
window = startup.start(size=(1366, 768), keep_session=False)
found = sorted({name.partition(".")[0] for name in sys.modules})
window.ask_nothing()
window.close()
window.deleteLater()
print(json.dumps(found))
import os
sys.stdout.flush()
os._exit(0)
"""
HEAVY = {
    "numba", "llvmlite", "rasterio", "pyogrio", "netCDF4", "h5py", "pyqtgraph", "pyproj", "shapely", "pyarrow",
    "openpyxl", "dask", "pypinyin", "matplotlib", "scipy",
}  # fmt: skip


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def test_the_window_is_on_screen_before_anything_heavy_is_loaded():
    done = run("-c", LIGHT)
    assert done.returncode == 0, done.stderr
    assert not set(json.loads(done.stdout)) & HEAVY


def test_the_program_opens_a_file_measures_itself_and_ends_without_a_word(tmp_path):
    done = run("-m", "app", str(districts(tmp_path)), HAITANG_MEASURE="1366x768")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert 0 < answer["window_ms"] < answer["usable_ms"]
    assert done.stderr == ""


def test_the_table_bench_gives_its_answer():
    done = run("-m", "app", "bench", "table", "--json", HAITANG_BENCH_ROWS="20000")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["rows"] == 20_000
    assert {"scroll_fps", "filter_ms", "sort_ms", "stall_ms", "peak_rss_mb", "versions", "size"} <= set(answer)


def test_the_start_up_bench_opens_what_it_is_given(tmp_path):
    done = run("-m", "app", "bench", "startup", str(districts(tmp_path)), "--json", HAITANG_BENCH_ROUNDS="1")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert len(answer["rounds"]) == 1
    assert answer["usable_ms"] > answer["window_ms"] > 0


def test_a_picture_of_the_window_is_as_large_as_asked(tmp_path):
    out = tmp_path / "window.png"
    words = ["shot", str(districts(tmp_path)), "--view", "window", "--out", str(out), "--lang", "zh", "--theme", "dark"]
    done = run("-m", "app", *words, "--size", "1366x768", "--tool", "data.clip", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["size"] == [1366, 768]
    from PySide6.QtGui import QImage

    image = QImage(str(out))
    assert (image.width(), image.height()) == (1366, 768)
    assert done.stderr == ""


def test_a_tool_that_does_not_exist_is_refused_in_one_sentence(tmp_path):
    out = tmp_path / "window.png"
    words = ["shot", str(districts(tmp_path)), "--view", "window", "--out", str(out), "--tool", "data.fly"]
    done = run("-m", "app", *words)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert not out.exists()


def test_a_file_that_is_not_there_is_exit_3_without_a_picture(tmp_path):
    out = tmp_path / "window.png"
    done = run("-m", "app", "shot", str(tmp_path / "none.nc"), "--view", "window", "--out", str(out))
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1
    assert not out.exists()
