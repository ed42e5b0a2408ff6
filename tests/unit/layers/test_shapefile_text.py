from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.sources.dbf import encoding
from layers.sources.open import open_source
from layers.sources.source import FeatureRequest
from tests.unit.layers.raster_files import state
from tests.unit.layers.vector_files import dbf, shapefile

if TYPE_CHECKING:
    from pathlib import Path

DISTRICTS = ["黄浦区", "徐汇区", "长宁区", "静安区", "普陀区", "虹口区", "杨浦区", "浦东新区", "崇明区"]


def judged(
    folder: Path, texts: list[bytes], cpg: str | None, names: list[bytes] | None = None
) -> tuple[str, list[str]]:
    """The encoding found and the codes of the warnings."""
    table = dbf(folder / "t.dbf", names or [b"a"], [[text] for text in texts])
    stated = folder / "t.cpg"
    if cpg is not None:
        stated.write_text(cpg)
    found = encoding(table, stated if cpg is not None else None)
    return found.name, [note.code for note in found.warnings]


def raw(codec: str) -> list[bytes]:
    return [name.encode(codec) for name in DISTRICTS]


@pytest.mark.parametrize(
    ("texts", "cpg", "expected"),
    [
        (raw("gbk"), None, ("GB18030", ["encoding_guessed"])),
        (raw("gbk"), "GBK", ("GB18030", [])),
        (raw("gbk"), "ANSI 936", ("GB18030", [])),
        (raw("gbk"), "936", ("GB18030", [])),
        (raw("gbk"), "UTF-8", ("GB18030", ["encoding_contradicts"])),
        (raw("utf-8"), None, ("UTF-8", ["encoding_guessed"])),
        (raw("utf-8"), "UTF-8", ("UTF-8", [])),
        (raw("utf-8"), "utf8\0\0", ("UTF-8", [])),
        (raw("utf-8"), "65001", ("UTF-8", [])),
        (raw("utf-8"), "GBK", ("UTF-8", ["encoding_contradicts"])),
        (raw("utf-8"), "no such thing", ("UTF-8", ["encoding_guessed"])),
        (["上海市區縣".encode("big5")], "950", ("CP950", [])),
        (["Ñandú".encode("latin-1"), b"Malm\xf6"], None, ("ISO-8859-1", ["encoding_guessed"])),
        (["Ñandú".encode("latin-1")], "ISO-8859-1", ("ISO-8859-1", [])),
        ([b"plain", b"ascii"], None, ("UTF-8", [])),
        ([b"plain"], "GBK", ("GB18030", [])),
        ([b"\xff\xfe\xff"], "UTF-8", ("UTF-8", ["encoding_undecodable"])),
        ([], None, ("UTF-8", [])),
    ],
)
def test_the_encoding_is_what_is_stated_if_the_bytes_agree_and_else_what_decodes(
    tmp_path: Path, texts: list[bytes], cpg: str | None, expected: tuple[str, list[str]]
):
    assert judged(tmp_path, texts, cpg) == expected


def test_a_character_cut_at_the_end_of_a_full_field_does_not_spoil_the_finding(tmp_path: Path):
    long = ("上海市" * 5).encode()
    assert len(long[:20]) == 20
    with pytest.raises(UnicodeDecodeError):
        long[:20].decode()
    assert judged(tmp_path, [long, *raw("utf-8")], None)[0] == "UTF-8"
    assert judged(tmp_path, [b"a" + ("上海市" * 5).encode("gbk"), *raw("gbk")], None)[0] == "GB18030"


def test_names_of_columns_count_where_the_values_are_plain(tmp_path: Path):
    assert judged(tmp_path, [b"1"], None, ["区名".encode("gbk")])[0] == "GB18030"
    assert judged(tmp_path, [b"1"], None, ["区名".encode()])[0] == "UTF-8"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.sampled_from([*DISTRICTS, "浦江镇", "吴淞口", "苏州河"]), min_size=3, unique=True), st.booleans())
def test_chinese_names_are_told_apart_in_both_encodings(tmp_path: Path, words: list[str], utf8: bool):
    codec = "utf-8" if utf8 else "gbk"
    name, _ = judged(tmp_path, [word.encode(codec) for word in words], None)
    assert name == ("UTF-8" if utf8 else "GB18030")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=300))
def test_a_table_of_random_bytes_is_never_an_exception(tmp_path: Path, data: bytes):
    path = tmp_path / "r.dbf"
    path.write_bytes(data)
    assert encoding(path, None).name in ("UTF-8", "GB18030", "ISO-8859-1")


def read(path: Path) -> tuple[list[str], list[list[Any]], str | None, list[str]]:
    source = open_source(str(path))
    description = source.describe()
    layer = description.layers[0]
    block = source.read(FeatureRequest(layer.key))
    source.close()
    codes = [note.code for note in description.warnings]
    return [c.name for c in layer.columns], list(block.columns.values()), layer.encoding, codes


@pytest.mark.parametrize(("codec", "cpg"), [("gbk", None), ("gbk", "GBK"), ("utf-8", None), ("utf-8", "GBK"),
                                            ("gbk", "UTF-8")])  # fmt: skip
def test_names_and_values_are_read_as_chinese_whatever_the_cpg_says(tmp_path: Path, codec: str, cpg: str | None):
    rows = [[name.encode(codec), b"310101"] for name in DISTRICTS]
    path = shapefile(tmp_path, ["区名".encode(codec), "代码".encode(codec)], rows, cpg)
    before = state(tmp_path)
    names, columns, found, _ = read(path)
    assert names == ["区名", "代码"]
    assert columns[0] == DISTRICTS
    assert found == ("UTF-8" if codec == "utf-8" else "GB18030")
    assert state(tmp_path) == before


def test_the_warning_shows_a_sample_that_a_person_can_judge(tmp_path: Path):
    path = shapefile(tmp_path, [b"name"], [[name.encode("gbk")] for name in DISTRICTS])
    source = open_source(str(path))
    note = source.describe().warnings[0]
    source.close()
    assert note.fields == {"encoding": "GB18030", "sample": "黄浦区 徐汇区 长宁区"}
