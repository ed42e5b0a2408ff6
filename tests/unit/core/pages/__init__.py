"""Tests of pages as data."""
