"""Tests of what a map is made of."""
