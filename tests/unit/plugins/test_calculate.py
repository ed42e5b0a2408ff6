"""The raster calculator: what a formula may be, what it gives, and whose unit and datum the result has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.core.jobs import Job
from layers.errors import DataError, DatumMismatch, ParameterInvalid
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.sources import memory
from layers.sources.source import RasterBlock, RasterRequest
from plugins.processing.calculate import calculated
from plugins.processing.formula import formula

BOX = Extent(0.0, 0.0, 50.0, 40.0)
A = np.arange(20, dtype=np.float32).reshape(4, 5)
B = np.flipud(A) + np.float32(0.25)


def grid(cells: Any = A, box: Extent = BOX, crs: str | None = "EPSG:4549", **more: Any) -> RasterLayer:
    held = memory.raster_source({"h": np.asarray(cells, np.float32)}, box, crs=crs, **more)
    return RasterLayer(name="g", source="memory:").attach(held, held.layer)


def result(text: str, job: Job | None = None, units: str = "", **grids: RasterLayer) -> tuple[RasterLayer, Any]:
    layer = calculated(text, grids, [], {}, units, job or Job())
    block = layer.read(RasterRequest("", ("result",), width=99, height=99))
    assert isinstance(block, RasterBlock)
    return layer, block.values[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A*(B+0.5)", A * (B + np.float32(0.5))),
        ("-A ** 2 + 7 % 4", -(A**2) + 3),
        ("where(A > 10 and not B < 3, A, 0)", np.where((A > 10) & ~(B < 3), A, 0)),
        ("(A >= 5) + (A != 7)", (A >= 5).astype(float) + (A != 7)),
        ("sqrt(A) + hypot(A, B) + round(B)", np.sqrt(A) + np.hypot(A, B) + np.rint(B)),
        ("minimum(A, maximum(B, 3)) + clip(A, 2, 9)", np.minimum(A, np.maximum(B, 3)) + np.clip(A, 2, 9)),
    ],
)
def test_a_formula_gives_what_numpy_gives(text: str, wanted: Any):
    _, values = result(text, A=grid(), B=grid(B))
    assert values == pytest.approx(wanted, rel=1e-6)


def test_no_data_stays_no_data_but_where_a_choice_leaves_it_out():
    holed = A.copy()
    holed[1, 2] = np.nan
    assert np.isnan(result("A + B", A=grid(holed), B=grid(B))[1])[1, 2]
    assert np.isnan(result("A > 3", A=grid(holed))[1])[1, 2]
    assert result("where(isnodata(A), -1, A)", A=grid(holed))[1][1, 2] == -1
    assert np.isnan(result("B / A", A=grid(), B=grid(B))[1][0, 0])
    assert np.isnan(result("sqrt(A - 1)", A=grid())[1][0, 0])


@pytest.mark.parametrize(
    "text",
    [
        "", "1 + 2", "A +", "C + A", "A.x", "A[0]", "__import__('os')", "open('x')", "A if A else B", "[A]",
        "lambda: A", "sqrt(A, B)", "sqrt(x=A)", "A @ B", "'A'", "A and", "(" * 60 + "A" + ")" * 60 + "+B)", "1j*A",
        "-" * 60 + "A", "A" + "+A" * 3000, "A < B < 3", "True + A", "9**99999999*A + 1e31",
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_in_one_sentence(text: str):
    with pytest.raises(ParameterInvalid, match="The formula cannot be used"):
        formula(text, ("A", "B"))


def test_a_power_of_numbers_is_worked_out_as_real_numbers_and_not_for_ever():
    assert np.isnan(result("A * 9 ** 99999999", A=grid())[1][1]).all()


@pytest.mark.parametrize(
    ("text", "unit", "datum"),
    [
        ("A + 0.5", "m", "WUSONG_SH"), ("A - B", "m", None), ("A - (A - B)", "m", "WUSONG_SH"),
        ("A * 2", "m", None), ("A * B", None, None), ("maximum(A, B)", "m", "WUSONG_SH"), ("A > B", None, None),
        ("where(C > 3, A, B)", "m", "WUSONG_SH"), ("0.5 - A", "m", None), ("abs(A - B)", "m", None),
    ],
)  # fmt: skip
def test_unit_and_datum_stay_only_where_the_result_is_still_a_length_or_a_height(text: str, unit: str, datum: str):
    grids = {n: grid(units={"h": "m"}, vdatum="WUSONG_SH") for n in "AB"} | {"C": grid()}
    layer, _ = result(text, **{n: g for n, g in grids.items() if n in text})
    assert (layer.described().variables[0].units, layer.vdatum) == (unit, datum)
    assert layer.crs == "EPSG:4549"


def test_heights_on_two_datums_are_not_taken_from_one_another():
    a, b = grid(vdatum="WUSONG_SH"), grid(B, vdatum="CN1985")
    with pytest.raises(DatumMismatch, match=r"WUSONG_SH.*CN1985"):
        result("A - B", A=a, B=b)


@pytest.mark.parametrize(
    "other", [grid(B, Extent(5, 0, 55, 40)), grid(B[:2]), grid(B, crs="EPSG:4550"), grid(B, Extent(0, 0, 25, 20))]
)
def test_grids_that_do_not_lie_cell_on_cell_are_refused_with_the_remedy(other: RasterLayer):
    with pytest.raises(DataError, match="cell on cell") as error:
        result("A + B", A=grid(), B=other)
    assert "data.resample --source B --like A" in error.value.remedy


def test_a_grid_that_the_formula_leaves_out_is_told():
    job = Job()
    layer, _ = result("A + 1", job, "cm", A=grid(), B=grid(B))
    assert [r.english for r in job.remarks] == ["The formula does not use the grid B."]
    assert layer.described().variables[0].units == "cm"
