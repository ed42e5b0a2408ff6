"""Tests of layers.filters."""
