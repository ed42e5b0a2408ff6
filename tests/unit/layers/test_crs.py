from __future__ import annotations

import math

import numpy as np
import pytest

from layers import crs
from layers.errors import CrsMissing, DataError
from layers.extent import Extent
from layers.sources.place import place_warnings

GEODETIC = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
ESRI = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_120E",{geodetic},PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],'
    'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
CITY = 'LOCAL_CS["Shanghai city grid",UNIT["metre",1]]'
SHANGHAI = (121.47, 31.23)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EPSG:4549", "EPSG:4549"),
        (ESRI.format(geodetic=GEODETIC, meridian="120.0"), "EPSG:4549"),
        (GEODETIC, "EPSG:4490"),
        ("EPSG:4549+5737", "EPSG:4549"),
        ("OGC:CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("EPSG:4979", "EPSG:4326"),
        ("EPSG:900913", "EPSG:3857"),
    ],
)
def test_a_known_system_is_its_epsg_code(text: str, code: str):
    assert crs.normalise(text) == code


def test_a_shifted_central_meridian_is_not_taken_for_the_code_it_resembles():
    text = ESRI.format(geodetic=GEODETIC, meridian="121.4671")
    found = crs.normalise(text)
    assert found is not None
    assert not found.startswith("EPSG")
    x, y = crs.transform_points(np.array([[500_000.0, 3_456_000.0]]), found, "EPSG:4490")[0]
    assert (x, y) == pytest.approx((121.4671, 31.225), abs=1e-3)


def test_nothing_said_is_nothing_known_and_nonsense_is_refused():
    assert crs.normalise(None) is None
    assert crs.normalise("  ") is None
    with pytest.raises(CrsMissing, match="EPSG:999999"):
        crs.normalise("EPSG:999999")


def test_a_city_grid_is_drawn_in_metres_and_has_no_transform():
    text = crs.normalise(CITY)
    assert text is not None
    assert crs.is_engineering(text)
    assert (crs.units(text), crs.metres_per_unit(text, 0.0, 0.0)) == ("m", (1.0, 1.0))
    with pytest.raises(DataError, match="no transform"):
        crs.transformer(text, "EPSG:4490")


def test_units_and_titles_are_those_of_the_horizontal_part():
    assert (crs.units("EPSG:4549+5737"), crs.units("EPSG:4490")) == ("m", "degree")
    assert crs.is_geographic("EPSG:4490")
    assert not crs.is_geographic("EPSG:4549")
    assert "CM 120E" in crs.title("EPSG:4549+5737")
    assert crs.title(None) == ""


@pytest.mark.parametrize(
    ("text", "datum"),
    [("EPSG:4549+5737", "CN1985"), ("EPSG:4549+5736", "CN1956"), ("EPSG:7415", "NAP"), ("EPSG:4549", None), ("", None)],
)
def test_a_compound_system_names_its_vertical_datum(text: str, datum: str | None):
    assert crs.vertical(text) == datum


def test_points_come_and_go_east_first_whatever_the_order_of_the_register():
    there = crs.transform_points(np.array([SHANGHAI]), "EPSG:4490", "EPSG:4549")
    assert there[0] == pytest.approx((640_000, 3_456_700), abs=1_000)
    back = crs.transform_points(there, "EPSG:4549", "EPSG:4490")
    assert back[0] == pytest.approx(SHANGHAI, abs=1e-9)


def test_a_point_without_an_image_is_nan_and_the_others_are_not_touched():
    out = crs.transform_points(np.array([[0.0, 91.0], SHANGHAI]), "EPSG:4326", "EPSG:3857")
    assert np.isnan(out[0]).all()
    assert np.isfinite(out[1]).all()


def test_a_box_follows_its_curved_edges():
    box = crs.transform_extent(Extent(118.5, 30.0, 121.5, 32.0), "EPSG:4490", "EPSG:4549")
    assert box is not None
    middle = crs.transform_points(np.array([[120.0, 30.0]]), "EPSG:4490", "EPSG:4549")
    assert box.y0 == pytest.approx(middle[0, 1], abs=1.0)


def test_the_whole_earth_becomes_the_square_of_web_mercator():
    box = crs.transform_extent(Extent(-180, -90, 180, 90), "EPSG:4326", "EPSG:3857")
    assert box is not None
    assert box.to_list() == pytest.approx([-2.0037e7, -2.0049e7, 2.0037e7, 2.0049e7], rel=1e-3)


def test_point_scale_of_4549_in_shanghai_is_the_one_of_the_domain_table():
    assert crs.point_scale("EPSG:4549", *SHANGHAI) == pytest.approx(1.000242, abs=1e-6)
    assert crs.point_scale("EPSG:4550", *SHANGHAI) == pytest.approx(1.000262, abs=1e-6)


def test_a_map_unit_is_as_long_as_the_scale_says():
    x, y = crs.transform_points(np.array([SHANGHAI]), "EPSG:4490", "EPSG:4549")[0]
    assert crs.metres_per_unit("EPSG:4549", x, y) == pytest.approx((1 / 1.000242, 1 / 1.000242), abs=1e-6)
    east, north = crs.metres_per_unit("EPSG:4490", *SHANGHAI)
    assert east == pytest.approx(111_320 * math.cos(math.radians(31.23)), rel=2e-3)
    assert north == pytest.approx(110_870, rel=1e-3)
    assert crs.metres_per_unit(None, 0, 0) == (1.0, 1.0)


def test_an_easting_with_zone_40_is_the_same_place_as_4549_without():
    zone = crs.zone_prefix(40_600_000.0)
    assert zone is not None
    assert (zone.zone, zone.width, zone.meridian) == (40, 3, 120)
    with_zone = crs.transform_points(np.array([[40_600_000.0, 3_456_000.0]]), zone.with_prefix, "EPSG:4490")
    without = crs.transform_points(np.array([[600_000.0, 3_456_000.0]]), zone.without, "EPSG:4490")
    assert with_zone == pytest.approx(without, abs=1e-12)


def test_every_zone_number_leads_to_the_two_systems_of_its_meridian():
    for number in [*range(13, 24), *range(25, 46)]:
        zone = crs.zone_prefix(number * 1e6 + 5e5)
        assert zone is not None
        assert crs.title(zone.with_prefix).endswith(f"zone {number}")
        assert crs.title(zone.without).endswith(f"CM {zone.meridian}E")
        assert crs.zone_easting(zone.with_prefix) == number * 1e6 + 5e5


@pytest.mark.parametrize("easting", [500_000.0, 13_900.0, 99e6, math.nan, -40_500_000.0])
def test_other_eastings_carry_no_zone(easting: float):
    assert crs.zone_prefix(easting) is None


BOX = Extent(600_000, 3_400_000, 610_000, 3_410_000)
PREFIXED = Extent(40_600_000, 3_400_000, 40_610_000, 3_410_000)


@pytest.mark.parametrize(
    ("system", "box", "codes", "named"),
    [
        ("EPSG:4549", BOX, [], ""),
        ("EPSG:4528", PREFIXED, [], ""),
        ("EPSG:4549", PREFIXED, ["zone_prefix"], "EPSG:4528"),
        ("EPSG:4528", BOX, ["zone_prefix"], "EPSG:4549"),
        (None, PREFIXED, ["crs_missing"], "EPSG:4528"),
        (None, BOX, ["crs_missing"], ""),
        ("EPSG:4549", Extent(3_400_000, 600_000, 3_410_000, 610_000), ["axes_swapped"], ""),
        ("EPSG:4490", Extent(31.0, 121.0, 31.5, 121.5), ["axes_swapped"], ""),
        ("EPSG:4549", Extent(0, 0, 10, 10), ["outside_area"], ""),
        ("EPSG:4326", Extent(600_000, 3_400_000, 610_000, 3_410_000), ["outside_area"], ""),
        ("EPSG:4326", Extent(-180, -90, 180, 83), [], ""),
        ("EPSG:3857", Extent(14_321_853, 4_532_410, 14_322_464, 4_533_021), [], ""),
        (CITY, Extent(-3_000, -2_000, 5_000, 4_000), [], ""),
    ],
)
def test_a_layer_in_the_wrong_place_is_told(system: str | None, box: Extent, codes: list[str], named: str):
    notes = place_warnings(system, box)
    assert [note.code for note in notes] == codes
    assert named in str([note.fields for note in notes])
    for note in notes:
        assert "{" not in note.what.format(**note.fields) + note.remedy.format(**note.fields)
