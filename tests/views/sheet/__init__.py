"""Tests of pages on paper."""
