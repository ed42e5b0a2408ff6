"""Tools: a function declared once; form, command line, batch and record follow from its signature."""

from __future__ import annotations

import inspect
import re
import typing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.defaults import layers_from
from app.core.jobs import QUIET, Job
from app.core.language import tr
from app.core.parameters import Parameter, Places, parameters_of
from app.core.plugins import load, plugins
from layers.errors import DataError, ParameterInvalid
from layers.layer import Layer
from layers.sources.open import open_source
from layers.sources.source import DataSource, FeatureBlock, FeatureRequest

if TYPE_CHECKING:
    from collections.abc import Callable

_declared: dict[str, Tool] = {}


@dataclass(frozen=True)
class Tool:
    """One declared tool."""

    id: str
    title: str
    version: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    returns: str
    summary: str

    @property
    def group(self) -> str:
        """First part of the id; its title is in the plugin's manifest."""
        return self.id.partition(".")[0]

    def parameter(self, name: str) -> Parameter:
        """Find a parameter by its name or flag.

        Raises
        ------
        ParameterInvalid
            The tool has no such parameter.
        """
        wanted = name.lstrip("-").replace("-", "_")
        found = next((p for p in self.parameters if p.name == wanted), None)
        if found is None:
            raise ParameterInvalid(
                "The tool {tool} has no parameter {name}.",
                where=name,
                remedy="It takes: {flags}.",
                tool=self.id,
                name=name,
                flags=", ".join(p.flag for p in self.parameters),
            )
        return found

    def bind(self, given: dict[str, Any], vdatum: str | None = None) -> Bound:
        """Check all values and open the layers among them.

        Parameters
        ----------
        given : dict
            Words or ready values by parameter name.
        vdatum : str, optional
            Vertical datum of the layers that name none.

        Raises
        ------
        ParameterInvalid
            A value is missing, unknown or out of limits.
        DataError
            A layer cannot be opened.
        """
        words = {self.parameter(name).name: value for name, value in given.items()}
        bound = Bound(self, {}, {})
        try:
            for parameter in self.parameters:
                bound.take(parameter, words.get(parameter.name), vdatum)
        except BaseException:
            bound.close()
            raise
        return bound

    def schema(self) -> dict[str, Any]:
        """Give the parameters as one JSON Schema object."""
        return {
            "type": "object",
            "properties": {p.name: p.schema() | {"title": p.label} for p in self.parameters},
            "required": [p.name for p in self.parameters if p.required],
            "additionalProperties": False,
        }


@dataclass
class Bound:
    """A tool with its values: layers opened, the rest parsed."""

    tool: Tool
    values: dict[str, Any]
    words: dict[str, Any]
    sources: list[DataSource] = field(default_factory=list)
    layers: dict[str, Layer] = field(default_factory=dict)

    def take(self, parameter: Parameter, value: Any, vdatum: str | None) -> None:
        """Check one value and keep it."""
        if value is None:
            if parameter.required:
                raise ParameterInvalid(
                    "The parameter {flag} is missing.",
                    where=parameter.flag,
                    remedy="Give it as: {allowed}.",
                    flag=parameter.flag,
                    allowed=parameter.allowed(),
                )
            self.values[parameter.name] = parameter.default
            return
        self.words[parameter.name] = value
        parsed = parameter.parse(_places_of(value, self.sources) if parameter.type is Places else value)
        if parameter.kinds:
            many = parsed if parameter.repeats else [parsed]
            opened = [self._layer(parameter, v, vdatum) for v in many]
            parsed = opened if parameter.repeats else opened[0]
        self.values[parameter.name] = parsed

    def run(self, job: Job = QUIET) -> Any:
        """Run the tool."""
        return self.tool.function(**self.values, job=job)

    def close(self) -> None:
        """Let go of the files."""
        for source in self.sources:
            source.close()

    def _layer(self, parameter: Parameter, value: Any, vdatum: str | None) -> Layer:
        layer = value if isinstance(value, Layer) else open_layer(str(value), parameter.kinds, self.sources)
        if layer.kind not in parameter.kinds:
            raise parameter.invalid(layer.kind)
        if layer.vdatum is None and vdatum is not None:
            layer.vdatum = vdatum
        self.layers[f"{parameter.name}{len(self.layers)}"] = layer
        return layer


def open_layer(word: str, kinds: tuple[str, ...], opened: list[DataSource]) -> Layer:
    """Open ``path`` or ``path#layer`` as one layer of the wanted kinds, in this process.

    Raises
    ------
    ParameterInvalid
        The file has several such layers and none is named, or none at all.
    DataError
        The file cannot be opened.
    """
    path, _, key = word.rpartition("#") if "#" in word and not Path(word).exists() else (word, "", "")
    source = open_source(path)
    opened.append(source)
    description = source.describe()
    fitting = [layer for layer in layers_from(description) if layer.kind in kinds]
    named = [layer for layer in fitting if key in ("", layer.key, layer.name)]
    if len(named) == 1:
        return named[0].attach(source, description.layer(named[0].key))
    if not fitting:
        raise DataError(
            "The file holds no layer of the kind {kinds}.",
            where=path,
            remedy="Choose another file.",
            kinds="/".join(kinds),
        )
    raise ParameterInvalid(
        "The file holds several layers; one must be named.",
        where=word,
        remedy="Write path#layer with one of: {names}.",
        names=", ".join(layer.key for layer in fitting),
    )


def _places_of(value: Any, opened: list[DataSource]) -> Any:
    """Read points from a vector file; other words go on as they are."""
    word = str(value)
    if isinstance(value, Places) or word.lower().endswith((".csv", ".txt")):
        return value
    if not Path(word.rpartition("#")[0] or word).is_file():
        return value
    layer = open_layer(word, ("vector",), opened)
    block = layer.read(FeatureRequest(layer.key))
    if not isinstance(block, FeatureBlock) or block.geometry is None or not len(block.geometry.xy):
        raise DataError("The file holds no points.", where=word, remedy="Choose a layer of points.")
    geometry = block.geometry
    first = geometry.rings[geometry.parts[geometry.features[:-1]]]
    names = next((block.columns[n] for n in ("name", "stcd", "id", "名称") if n in block.columns), None)
    labels = names if names is not None else [f"P{i + 1}" for i in range(len(first))]
    xy = geometry.xy[first]
    return Places(xy[:, 0], xy[:, 1], tuple(str(n) for n in labels), layer.crs)


def tool(*, id: str, title: str, version: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # noqa: A002
    """Declare a function as a tool; the function itself stays as it is.

    Parameters
    ----------
    id : str
        ``plugin.verb``.
    title : str
        English title; its translation key.
    version : str
        Raised whenever the same inputs would give another answer.
    """

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        hints = typing.get_type_hints(function, include_extras=True)
        text = inspect.getdoc(function) or ""
        _declared[id] = Tool(
            id=id,
            title=title,
            version=version,
            function=function,
            parameters=tuple(parameters_of(inspect.signature(function), hints, _helps(text))),
            returns=_returns(hints.get("return")),
            summary=text.partition("\n")[0],
        )
        return function

    return declare


def _helps(text: str) -> dict[str, str]:
    """Read the numpydoc ``Parameters`` section: the first line below each name."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-+\n|\Z)", text, re.DOTALL | re.MULTILINE)
    if section is None:
        return {}
    found: dict[str, str] = {}
    for match in re.finditer(r"^(\w[\w, ]*?) ?:[^\n]*\n((?:    [^\n]*\n?)+)", section.group(1) + "\n", re.MULTILINE):
        for name in match.group(1).split(","):
            found[name.strip()] = " ".join(match.group(2).split())
    return found


def _returns(hint: Any) -> str:
    if isinstance(hint, type) and issubclass(hint, Layer):
        return hint.kind
    args = typing.get_args(hint)
    if args:
        return "|".join(dict.fromkeys(_returns(a) for a in args if a is not type(None)))
    return getattr(hint, "__name__", str(hint)).lower()


@cache
def _load_all() -> None:
    for plugin in plugins().values():
        for module in plugin.tools:
            load(module)


def registry() -> dict[str, Tool]:
    """Give all tools of all plugins by id."""
    _load_all()
    return dict(sorted(_declared.items()))


def find(tool_id: str) -> Tool:
    """Find a tool by id.

    Raises
    ------
    ParameterInvalid
        There is no such tool.
    """
    known = registry()
    if tool_id not in known:
        group = tool_id.partition(".")[0]
        near = [t for t in known if t.startswith(group)] or list(known)
        raise ParameterInvalid(
            "There is no tool {tool}.",
            where=tool_id,
            remedy="Tools here: {tools}.",
            tool=tool_id,
            tools=", ".join(near),
        )
    return known[tool_id]


def title(text: str) -> str:
    """Translate a tool's or plugin's title or label."""
    return tr(text)
