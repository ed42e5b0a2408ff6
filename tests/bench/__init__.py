"""Measurements, run small here and at full size by hand."""
