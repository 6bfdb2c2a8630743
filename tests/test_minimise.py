"""Fitting finds the same lowest point as scipy's, in the middle and at the bounds."""

import numpy as np
import pytest
from scipy.optimize import minimize

from retrieval.minimise import Floats, minimise


@pytest.mark.parametrize("seed", range(8))
def test_the_lowest_point_is_that_of_scipy(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(200, 6))
    right = random.random(200) < 1 / (1 + np.exp(-rows @ random.normal(scale=2, size=6)))

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = np.where(right, 1, -1) * (rows @ weights)
        slope = -(np.where(right, 1, -1) / (1 + np.exp(margin))) @ rows
        return float(np.logaddexp(0, -margin).sum() + weights @ weights), slope + 2 * weights

    low, high = np.full(6, -0.5), np.array([0.5, 0.5, 0.5, 9, 9, 9])
    start = random.normal(size=6) * 3
    ours = minimise(loss, start, low, high)
    theirs = minimize(
        loss, np.clip(start, low, high), jac=True, bounds=list(zip(low, high, strict=True))
    )
    assert ours == pytest.approx(theirs.x, abs=1e-3)
    assert loss(ours)[0] <= theirs.fun + 1e-9
    assert np.all((low <= ours) & (ours <= high))
