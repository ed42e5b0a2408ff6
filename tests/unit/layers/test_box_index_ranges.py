"""The index of boxes gives what a look at all boxes gives, for small, large and all-embracing questions."""

from __future__ import annotations

import numpy as np

from layers.box_index import box_index


def test_small_and_large_questions_get_the_boxes_that_a_look_at_all_of_them_gets():
    rng = np.random.default_rng(8)
    low = rng.uniform(0, 1000, (30_000, 2)).round(1)
    boxes = (
        np.concatenate([low, low + rng.uniform(0, 4, (30_000, 2)).round(1)], axis=1).astype(np.float32).astype(float)
    )
    boxes[rng.integers(0, 30_000, 50)] = [np.inf, np.inf, -np.inf, -np.inf]
    index = box_index(boxes)
    for share in (0.001, 0.05, 0.3, 0.8, 1.2):
        for x0, y0 in rng.uniform(-10, 1000 * max(1 - share, 0.01), (8, 2)) + 0.053:
            x1, y1 = x0 + 1000 * share, y0 + 700 * share
            touch = (boxes[:, 0] <= x1) & (boxes[:, 2] >= x0) & (boxes[:, 1] <= y1) & (boxes[:, 3] >= y0)
            assert np.array_equal(index.touching(x0, y0, x1, y1), np.flatnonzero(touch))
