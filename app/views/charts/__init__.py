"""Charts: series on the shared clock, drawn by QPainter."""
