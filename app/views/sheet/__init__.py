"""Sheets: pages drawn on paper, as vectors where the layers are, with their record."""
