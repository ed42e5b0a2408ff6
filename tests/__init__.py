"""Tests of Haitang Workbench, by kind: house, unit, promise, views, story, bench."""
