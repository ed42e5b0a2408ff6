"""The window: imports all, imported by none."""
