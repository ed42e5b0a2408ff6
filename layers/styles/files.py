"""Style files on disk: read by what they hold, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from layers.errors import DataError, SourceUnavailable
from layers.styles.markup import LARGEST, parse
from layers.styles.qml import Foreign, read_qml
from layers.styles.sld import read_sld


def read_style(path: str, texts: frozenset[str] = frozenset()) -> Foreign:
    """Read a QML or SLD file.

    Parameters
    ----------
    path : str
    texts : frozenset of str
        Columns of the layer that hold texts; see `read_sld`.

    Raises
    ------
    SourceUnavailable
        There is no such file, or it cannot be read.
    DataError
        It is no style file, or declares what is never read.
    """
    try:
        with Path(path).open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise SourceUnavailable(
            "The style file cannot be read: {reason}", where=path, remedy="Check the path.", reason=error.strerror or ""
        ) from error
    root = parse(raw, path)
    if root.name == "qgis":
        return read_qml(root, path)
    if root.name in ("StyledLayerDescriptor", "FeatureTypeStyle", "UserStyle"):
        return read_sld(root, path, texts)
    raise DataError(
        "The file is neither QML nor SLD: it begins with {name}.",
        where=path,
        remedy="Export the style of a vector layer as QML or SLD.",
        name=root.name,
    )
