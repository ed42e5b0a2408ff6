"""MeshLayer: an unstructured grid with values per node or face and time."""

from __future__ import annotations

from typing import ClassVar

from layers.layer import Layer
from layers.style import MeshStyle


class MeshLayer(Layer):
    """A model result on a mesh."""

    kind: ClassVar[str] = "mesh"
    style: MeshStyle = MeshStyle()
