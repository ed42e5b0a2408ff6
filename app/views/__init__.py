"""How the document looks: Qt and the drawing kernels live here."""
