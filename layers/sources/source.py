"""What a source of data promises: describe itself cheaply, read what is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from layers.extent import Extent
    from layers.geometry import Geometry, Measured
    from layers.quantities import Made
    from layers.times import TimeAxis

Kind = Literal["raster", "vector", "mesh", "series", "bim", "network", "points", "service", "package", "workspace"]
Location = Literal["node", "face", "edge", "cell", "station", "element"]


@dataclass(frozen=True, slots=True)
class Warned:
    """A thing the user should know: code, English template, remedy template, fields."""

    code: str
    what: str
    remedy: str = ""
    fields: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Variable:
    """One quantity of a layer.

    ``vector`` marks a quantity made of the two components named in ``components`` (east, north).
    ``steps`` is 0 or 1 where it does not change in time; ``levels`` counts vertical layers;
    ``made`` says what a tool made it of.
    """

    name: str
    units: str | None = None
    location: Location | None = None
    steps: int = 1
    vector: bool = False
    title: str = ""
    standard_name: str = ""
    components: tuple[str, ...] = ()
    levels: int = 1
    dtype: str = "float32"
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute of a vector layer.

    ``type`` is ``int``, ``float``, ``text``, ``date``, ``time``, ``bool`` or ``bytes``.
    """

    name: str
    type: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class LayerDescription:
    """What one layer of a source holds, in the terms of the info schema.

    ``crs`` is ``EPSG:n``, WKT or None (not known); ``vdatum`` a datum name or None. ``bounds`` are cell
    edges, (east, north) order, in ``crs``. ``resolution`` is the cell size in map units of a raster.
    """

    key: str
    kind: Kind
    title: str = ""
    crs: str | None = None
    vdatum: str | None = None
    bounds: Extent | None = None
    time: TimeAxis | None = None
    counts: dict[str, int] = field(default_factory=dict[str, int])
    variables: tuple[Variable, ...] = ()
    columns: tuple[Column, ...] = ()
    geometry: str | None = None
    resolution: tuple[float, float] | None = None
    nodata: float | None = None
    encoding: str | None = None
    warnings: tuple[Warned, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict[str, Any])

    def variable(self, name: str) -> Variable | None:
        """Find a variable by name."""
        return next((v for v in self.variables if v.name == name), None)


@dataclass(frozen=True, slots=True)
class Description:
    """What a file, folder or service holds; one or more layers."""

    path: str
    kind: Kind
    driver: str
    layers: tuple[LayerDescription, ...]
    warnings: tuple[Warned, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict[str, Any])

    def layer(self, key: str = "") -> LayerDescription:
        """Find a layer by key; the first where no key is given."""
        return next((la for la in self.layers if la.key == key), self.layers[0])


# Requests: frozen, small, sent to the process that owns the file. ``layer`` is a LayerDescription.key.


@dataclass(frozen=True, slots=True)
class RasterRequest:
    """A window of a raster: variables as bands, one step, one level.

    ``box`` None means all; the answer has at most about ``width`` x ``height`` cells (overviews are used),
    never more cells than the source has in the box.
    """

    layer: str
    variables: tuple[str, ...]
    step: int = 0
    box: Extent | None = None
    width: int = 1024
    height: int = 1024
    level: int = 0


@dataclass(frozen=True, slots=True)
class RasterBlock:
    """Cells of a raster: values float32 (band, row, column), row 0 north, NaN = no data; ``box`` = cell edges."""

    values: NDArray[np.float32]
    box: Extent


@dataclass(frozen=True, slots=True)
class FeatureRequest:
    """Features of a vector layer that touch a box; ``columns`` None means all, () means none.

    ``where`` keeps those that a CQL2 filter keeps, before ``limit`` counts; ``flat`` asks for texts as ``Texts``
    and not as lists. Sources leave both to ``layers.sources.asking``.
    """

    layer: str
    box: Extent | None = None
    columns: tuple[str, ...] | None = None
    ids: tuple[int, ...] | None = None
    limit: int | None = None
    geometry: bool = True
    where: str = ""
    flat: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether the shapes of all features of the layer are asked for."""
        return self.geometry and self.box is None and self.ids is None and self.limit is None


@dataclass(frozen=True, slots=True)
class FeatureBlock:
    """Features: ids int64 (n,), geometry (None if not asked), columns of n values (text: list of str|None or Texts).

    ``measured`` comes with large layers that were read whole.
    """

    ids: NDArray[np.int64]
    geometry: Geometry | None
    columns: dict[str, Any]
    measured: Measured | None = None


@dataclass(frozen=True, slots=True)
class TopologyRequest:
    """The nodes and faces of a mesh layer."""

    layer: str


@dataclass(frozen=True, slots=True)
class Topology:
    """A mesh: node x, y float64 in the layer's CRS; faces as CSR (int64 offsets, int32 node ids from 0, anticlockwise).

    ``edge_nodes`` int32 (edges, 2) or None; ``node_z`` float64 bed height or None.
    """

    node_x: NDArray[np.float64]
    node_y: NDArray[np.float64]
    face_offsets: NDArray[np.int64]
    face_nodes: NDArray[np.int32]
    edge_nodes: NDArray[np.int32] | None = None
    node_z: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class ValuesRequest:
    """One variable of a mesh at one step (and level)."""

    layer: str
    variable: str
    step: int = 0
    level: int = 0


@dataclass(frozen=True, slots=True)
class Values:
    """Values of a mesh variable: float32 (n,) or (n, 2) for a vector; NaN = no data or dry."""

    values: NDArray[np.float32]
    location: str


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """A series at given places: stations of a series layer, faces/nodes of a mesh, or cells of a raster.

    ``indices``: station, node or face numbers; for rasters flat cell numbers row * width + column of the
    full-resolution grid, row 0 north. ``start``/``stop`` limit the steps (stop excluded).
    """

    layer: str
    variable: str
    indices: tuple[int, ...]
    start: int = 0
    stop: int | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class SeriesBlock:
    """Series: times datetime64[ns] (steps,), values float32/64 (steps, places); NaN = missing."""

    times: NDArray[np.datetime64]
    values: NDArray[Any]


@dataclass(frozen=True, slots=True)
class StatisticsRequest:
    """The range of a variable over all steps, or over one step (``step`` >= 0)."""

    layer: str
    variable: str
    step: int = -1


@dataclass(frozen=True, slots=True)
class Statistics:
    """Smallest, largest, mean and share of missing values; percentiles 2 and 98 (float64).

    ``share`` is the share of the cells that were looked at: below 1 the figures come from a sample.
    """

    minimum: float
    maximum: float
    mean: float
    p2: float
    p98: float
    missing: float
    share: float = 1.0


Request = RasterRequest | FeatureRequest | TopologyRequest | ValuesRequest | SeriesRequest | StatisticsRequest
Block = RasterBlock | FeatureBlock | Topology | Values | SeriesBlock | Statistics


@runtime_checkable
class DataSource(Protocol):
    """A file, service, package or memory that holds layers.

    Opening reads the header only. All methods may raise the ``DataError`` family, nothing else for bad
    data. A source is used by one thread at a time. It never changes the file, not even a side file.
    """

    path: str

    def describe(self) -> Description:
        """Tell what is inside; cheap: header and first step at most."""
        ...

    def read(self, request: Request) -> Block:
        """Read what is asked for."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...
