"""What every tool must keep: it says what it is in both languages, refuses what does not fit, stops when asked.

Run again it gives the same bytes, whatever the language of the screen, and its inputs stay as they are.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from app.core.hashes import file_hash
from app.core.jobs import Job
from app.core.language import catalogue, set_language
from app.core.records import Run, replay, run_tool
from app.core.tools import Tool, find, registry
from layers.errors import Cancelled, ParameterInvalid
from layers.sources.open import open_source
from tests.promise import calls, data_calls
from tests.unit.layers.raster_files import state

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promise.calls import Call

TOOLS = registry()
CALLS = {**calls.CALLS, **data_calls.CALLS}
TYPES = {"string", "number", "integer", "boolean", "array", "object"}
WORDS = {
    "type", "title", "enum", "minimum", "maximum", "default", "items", "format", "unit", "kinds", "properties",
    "required", "additionalProperties",
}  # fmt: skip
"""Words of JSON Schema that are used, and our own two: ``unit`` and ``kinds``."""

each_tool = pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


def made(call: Call, folder: Path, name: str = "out", job: Job | None = None) -> Run:
    """Run a call in a folder."""
    inputs = folder / "inputs"
    inputs.mkdir(exist_ok=True)
    return run_tool(find(call.tool), call.words(inputs), folder / (name + call.suffix), job=job)


def test_every_tool_is_called_here():
    assert {call.tool for call in CALLS.values()} == set(TOOLS)


@each_tool
def test_all_words_of_a_form_are_there_in_both_languages(tool: Tool):
    chinese = catalogue("zh")
    words = [tool.title, tool.summary]
    for parameter in tool.parameters:
        words += [parameter.label, parameter.help, *(c for c in parameter.choices if isinstance(c, str))]
    assert all(words)
    assert not [w for w in words if chinese.get(w, w) == w]


@each_tool
def test_a_number_with_limits_has_them_in_order_and_its_default_within(tool: Tool):
    for parameter in tool.parameters:
        low, high = parameter.minimum, parameter.maximum
        assert low is None or high is None or low <= high
        if parameter.default is not None:
            assert parameter.parse(parameter.default) == parameter.default


def faults(schema: dict[str, Any]) -> list[str]:
    """What a validator of JSON Schema would say of a schema itself."""
    found = [f"unknown word {word}" for word in schema if word not in WORDS]
    found += [] if schema.get("type") in TYPES else [f"type {schema.get('type')}"]
    found += [f"{w} is no text" for w in ("title", "format", "unit") if not isinstance(schema.get(w, ""), str)]
    found += [f"{w} is no number" for w in ("minimum", "maximum") if not math.isfinite(schema.get(w, 0))]
    if "enum" in schema and (not schema["enum"] or len(set(schema["enum"])) != len(schema["enum"])):
        found.append("enum is empty or has doubles")
    if "default" in schema and "enum" in schema and schema["default"] not in schema["enum"]:
        found.append("default is not in enum")
    inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    if schema.get("type") == "object" and not set(schema["required"]) <= set(schema["properties"]):
        found.append("required names what is not there")
    return [*found, *(fault for one in inner for fault in faults(one))]


@each_tool
def test_the_parameters_are_a_json_schema(tool: Tool):
    schema = tool.schema()
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema
    assert faults(schema) == []
    assert schema["additionalProperties"] is False


@each_tool
def test_a_parameter_that_is_unknown_or_missing_is_refused_by_name(tool: Tool):
    with pytest.raises(ParameterInvalid, match="nothing_like_this"):
        tool.bind({"nothing_like_this": "1"})
    needed = [p for p in tool.parameters if p.required]
    assert needed
    with pytest.raises(ParameterInvalid, match=needed[0].flag):
        tool.bind({})


@each_call
def test_each_required_parameter_is_missed_by_name_and_none_is_taken_twice(tmp_path: Path, call: Call):
    tool, words = find(call.tool), call.words(tmp_path)
    for name, word in words.items():
        if tool.parameter(name).required:
            with pytest.raises(ParameterInvalid, match=tool.parameter(name).flag):
                tool.bind({n: w for n, w in words.items() if n != name})
        if not tool.parameter(name).repeats:
            with pytest.raises(ParameterInvalid, match=tool.parameter(name).flag):
                tool.bind(words | {name: [word, word]})


@each_call
def test_run_again_it_gives_the_same_bytes_and_record_in_any_language(tmp_path: Path, call: Call):
    cores = []
    for language in ("en", "zh"):
        set_language(language)
        folder = tmp_path / language
        folder.mkdir()
        run = made(call, folder)
        assert run.record is not None
        record = json.loads(run.record.read_text("utf-8"))
        cores.append({k: v for k, v in record.items() if k not in ("made_at", "seconds", "arguments")})
        assert record["outputs"][0]["sha256"] == file_hash(folder / f"out{call.suffix}")
    set_language("en")
    # Inputs are made anew, so their hashes agree only where our writers give the same bytes; the outputs must.
    assert cores[0]["outputs"] == cores[1]["outputs"]
    assert cores[0] == cores[1]


@each_call
def test_a_replay_agrees_to_the_byte_and_the_inputs_stay_as_they_are(tmp_path: Path, call: Call):
    run = made(call, tmp_path)
    before = state(tmp_path / "inputs")
    assert run.record is not None
    assert replay(run.record) == []
    assert state(tmp_path / "inputs") == before


@each_call
def test_what_it_writes_can_be_opened_and_says_its_unit(tmp_path: Path, call: Call):
    run = made(call, tmp_path)
    out = tmp_path / f"out{call.suffix}"
    assert run.outputs == [out]
    assert run.stats
    if call.suffix not in (".csv", ".xlsx"):
        source = open_source(str(out))
        layer = source.describe().layers[0]
        source.close()
        assert layer.bounds is not None
        assert all(v.units for v in layer.variables if not v.name.endswith("node_z"))


@each_call
def test_without_an_output_it_only_reports(tmp_path: Path, call: Call):
    run = run_tool(find(call.tool), call.words(tmp_path), None)
    assert (run.outputs, run.record) == ([], None)
    assert run.stats


@each_call
def test_a_job_cancelled_before_it_began_writes_nothing(tmp_path: Path, call: Call):
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        made(call, tmp_path, job=job)
    assert [p.name for p in tmp_path.iterdir()] == ["inputs"]


@each_call
def test_cancelled_at_any_of_its_reports_it_writes_nothing_and_else_its_share_never_falls(tmp_path: Path, call: Call):
    shares: list[float] = []
    made(call, tmp_path, "whole", Job(on_progress=lambda share, _: shares.append(share)))
    assert shares == sorted(shares)
    assert 0.0 <= shares[0] <= shares[-1] <= 1.0
    before = {p.name for p in tmp_path.iterdir()}
    for last in range(len(shares)):
        job, count = Job(), iter(range(len(shares)))

        def report(_share: float, _text: str, job: Job = job, last: int = last, count: Any = count) -> None:
            if next(count) == last:
                job.cancel()
                job.check()

        job.on_progress = report
        with pytest.raises(Cancelled):
            made(call, tmp_path, "part", job)
        assert {p.name for p in tmp_path.iterdir()} == before
