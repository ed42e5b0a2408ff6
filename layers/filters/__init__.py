"""Filters of features in CQL2 text (OGC 21-065): read, written, asked of columns."""
