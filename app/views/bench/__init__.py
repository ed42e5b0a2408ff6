"""Measuring: the real widgets, offscreen, driven as a person would, with every frame looked at."""
