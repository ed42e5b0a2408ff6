"""Tools: a function declared once; form, command line, batch and record follow from its signature."""

from __future__ import annotations

import inspect
import re
import typing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.defaults import layers_from
from app.core.jobs import QUIET, Job
from app.core.language import tr
from app.core.parameters import KIND_TITLES, Parameter, parameters_of
from app.core.places import NAME_COLUMNS, Places
from app.core.plugins import load, plugins
from layers.crs import normalise
from layers.errors import DataError, ParameterInvalid
from layers.geometry import POINT
from layers.heights import datum_name
from layers.layer import Layer
from layers.sources.in_zone import in_zone
from layers.sources.open import open_source
from layers.sources.source import DataSource, FeatureBlock, FeatureRequest

if TYPE_CHECKING:
    from collections.abc import Callable

_declared: dict[str, Tool] = {}


@dataclass(frozen=True)
class Assumed:
    """What is taken for inputs that do not say it themselves; said by the user, never guessed.

    Parameters
    ----------
    vdatum : str
        Vertical datum; "" = stays unknown.
    crs : str
        Horizontal reference system; "" = stays unknown.
    tz : str
        Zone of times that name none, e.g. ``+08:00``; "" = stays unknown.
    """

    vdatum: str = ""
    crs: str = ""
    tz: str = ""

    @classmethod
    def from_dict(cls, options: dict[str, Any]) -> Assumed:
        """Read the form that a record keeps."""
        return cls(*(str(options.get(name) or "") for name in ("vdatum", "source_crs", "tz")))

    def to_dict(self) -> dict[str, str]:
        """Give what is said, for a record."""
        return {k: v for k, v in (("vdatum", self.vdatum), ("source_crs", self.crs), ("tz", self.tz)) if v}

    def apply(self, layer: Layer) -> None:
        """Set what a layer does not say.

        Raises
        ------
        CrsMissing
            The text names no reference system.
        ParameterInvalid
            The text names no time zone.
        """
        if self.tz and layer.is_open:
            zoned = in_zone(layer.data, self.tz)
            layer.attach(zoned, zoned.zoned(layer.described()))
        if layer.vdatum is None and self.vdatum:
            layer.vdatum = datum_name(self.vdatum)
        if layer.crs is None and self.crs:
            layer.crs = normalise(self.crs)


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

    def bind(self, given: dict[str, Any], assumed: Assumed | None = None) -> Bound:
        """Check all values and open the layers among them.

        Parameters
        ----------
        given : dict
            Words or ready values by parameter name.
        assumed : Assumed, optional
            What is taken for layers that do not say it.

        Raises
        ------
        ParameterInvalid
            A value is missing, unknown or out of limits.
        DataError
            A layer cannot be opened.
        """
        words = {self.parameter(name).name: value for name, value in given.items()}
        bound = Bound(self, variable=str(words.get("variable", "")))
        try:
            for parameter in self.parameters:
                bound.take(parameter, words.get(parameter.name), assumed or Assumed())
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
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    words: dict[str, Any] = field(default_factory=dict[str, Any])
    variable: str = ""
    sources: list[DataSource] = field(default_factory=list[DataSource])
    layers: list[tuple[str, Layer]] = field(default_factory=list[tuple[str, Layer]])

    def take(self, parameter: Parameter, value: Any, assumed: Assumed) -> None:
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
        if isinstance(value, list) and not parameter.repeats:
            raise parameter.given_twice()
        self.words[parameter.name] = value
        parsed = parameter.parse(_places_of(value, self.sources) if parameter.type is Places else value)
        if parameter.kinds:
            many: list[Any] = parsed if parameter.repeats else [parsed]
            opened = [self._layer(parameter, v, assumed) for v in many]
            parsed = opened if parameter.repeats else opened[0]
        self.values[parameter.name] = parsed

    def run(self, job: Job = QUIET) -> Any:
        """Run the tool."""
        return self.tool.function(**self.values, job=job)

    def close(self) -> None:
        """Let go of the files."""
        for source in self.sources:
            source.close()

    def _layer(self, parameter: Parameter, value: Any, assumed: Assumed) -> Layer:
        layer = value
        if not isinstance(layer, Layer):
            layer = open_layer(str(value), parameter.kinds, self.sources, self.variable)
        if layer.kind not in parameter.kinds:
            raise _no_such_kind(layer.source, parameter.kinds)
        assumed.apply(layer)
        self.layers.append((parameter.name, layer))
        return layer


def open_layer(word: str, kinds: tuple[str, ...], opened: list[DataSource], variable: str = "") -> Layer:
    """Open ``path`` or ``path#layer`` as one layer of the wanted kinds, in this process.

    Where a file has several such layers and none is named, the only one that holds ``variable`` is taken.

    Raises
    ------
    ParameterInvalid
        The file has several such layers and none is named, or none at all.
    DataError
        The file cannot be opened.
    """
    path, key = split_word(word)
    source = open_source(path)
    opened.append(source)
    description = source.describe()
    fitting = [layer for layer in layers_from(description) if layer.kind in kinds]
    named = [layer for layer in fitting if key in ("", layer.key, layer.name)]
    holding = [layer for layer in named if description.layer(layer.key).variable(variable) is not None]
    for chosen in (named, holding):
        if len(chosen) == 1:
            return chosen[0].attach(source, description.layer(chosen[0].key))
    if not fitting:
        raise _no_such_kind(path, kinds)
    several = "The file holds several layers; one must be named."
    none = "The file has no layer of this name."
    raise ParameterInvalid(
        several if named or not key else none,
        where=word,
        remedy="Write path#layer with one of: {names}.",
        names=", ".join(layer.key for layer in fitting),
    )


def split_word(word: str) -> tuple[str, str]:
    """Part ``path#layer``; a path that exists as it stands is left whole."""
    try:
        if "#" not in word or Path(word).exists():
            return word, ""
    except (OSError, ValueError):
        return word, ""
    path, _, key = word.rpartition("#")
    return path, key


def _no_such_kind(where: str, kinds: tuple[str, ...]) -> DataError:
    return DataError(
        "The file holds no layer of the kind {kinds}.",
        where=where,
        remedy="Choose another file.",
        kinds=" / ".join(tr(KIND_TITLES[kind]) for kind in kinds),
    )


def _places_of(value: Any, opened: list[DataSource]) -> Any:
    """Read points from a vector file; other words go on as they are."""
    word = str(value)
    path, _ = split_word(word)
    if isinstance(value, Places) or path.lower().endswith((".csv", ".txt")) or not _is_file(path):
        return value
    layer = open_layer(word, ("vector",), opened)
    block = layer.read(FeatureRequest(layer.key))
    geometry = block.geometry if isinstance(block, FeatureBlock) else None
    points = np.flatnonzero(geometry.types == POINT) if geometry is not None else np.zeros(0, np.int64)
    if not isinstance(block, FeatureBlock) or geometry is None or not len(points):
        raise DataError("The file holds no points.", where=word, remedy="Choose a layer of points.")
    xy = geometry.xy[geometry.rings[geometry.parts[geometry.features[points]]]]
    named = next((block.columns[n] for n in NAME_COLUMNS if n in block.columns), None)
    names = tuple(f"P{i + 1}" if named is None or named[i] is None else str(named[i]) for i in points)
    return Places(xy[:, 0], xy[:, 1], names, layer.crs)


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


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
    args: tuple[Any, ...] = typing.get_args(hint)
    if args:
        return "|".join(dict.fromkeys(_returns(a) for a in args if a is not type(None)))
    name = str(getattr(hint, "__name__", hint)).lower()
    return str(getattr(hint, "kind", name))


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
