"""The decode grid is neither transposed nor mirrored."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.measures.probes.decode_grid import Parameters, measure, normal_quantiles


def codes_of(arrays, n):
    """Return the code of each cell, `(rows, columns, 2)`."""
    return arrays["images"].reshape(n, n, 4, 4)[:, :, 0, :2]


def test_rows_and_columns_are_those_of_a_scatter(model, data):
    """The first coordinate grows to the right, the second upwards: each cell shows exactly the code of its place."""
    arrays = measure(model, data, Parameters(n=3, limits=((0, 2), (10, 30))))
    codes = codes_of(arrays, 3)
    np.testing.assert_array_equal(codes[0, 0], [0, 30])
    np.testing.assert_array_equal(codes[0, 2], [2, 30])
    np.testing.assert_array_equal(codes[2, 0], [0, 10])
    np.testing.assert_array_equal(codes[2, 2], [2, 10])


def test_the_axes_name_the_decoded_coordinates(model, data):
    """`axis_0` holds the coordinates of the columns, `axis_1` those of the rows from bottom to top."""
    arrays = measure(model, data, Parameters(n=4, limits=((-1, 2), (5, 8))))
    codes = codes_of(arrays, 4)
    np.testing.assert_allclose(codes[0, :, 0], arrays["axis_0"])
    np.testing.assert_allclose(codes[::-1, 0, 1], arrays["axis_1"])


def test_limits_come_from_the_codes(model, data):
    """Without given limits, the grid spans the quantiles of the codes of the split, separately on each axis."""
    arrays = measure(model, data, Parameters(n=2, quantile=0))
    np.testing.assert_array_equal(arrays["limits"], [[0, 11], [89, 100]])


def test_a_collapsed_axis_has_a_width(model, data):
    """If all codes agree on a coordinate, the grid still has finite, ascending coordinates."""
    data.splits["test"].x[:, 0, 1, 0] = 7
    arrays = measure(model, data, Parameters(n=2))
    np.testing.assert_array_equal(arrays["limits"][1], [6, 8])


def test_another_dimension_is_refused(model, data):
    """A code that is not two-dimensional is refused."""
    model.encode = lambda x: np.zeros((len(x), 3))
    with pytest.raises(ReportError, match="latent_dim = 3"):
        measure(model, data, Parameters())


def test_limits_must_ascend():
    """Swapped limits, which would mirror the grid, are refused."""
    with pytest.raises(ValueError, match="smaller to the larger"):
        Parameters(limits=((2, 0), (0, 1)))


def test_a_lattice_of_quantiles_is_finite_and_even_in_probability(model, data):
    """The coordinates are the medians of equally probable intervals of N(0, 1): finite, symmetric, ascending."""
    np.testing.assert_allclose(normal_quantiles(2), [-0.6744898, 0.6744898])
    for n in (2, 15, 100):
        quantiles = normal_quantiles(n)
        assert np.isfinite(quantiles).all()
        assert (np.diff(quantiles) > 0).all()
        np.testing.assert_allclose(quantiles, -quantiles[::-1], atol=1e-12)
    arrays = measure(model, data, Parameters(n=3, lattice="normal"))
    codes = codes_of(arrays, 3)
    np.testing.assert_allclose(codes[0, :, 0], normal_quantiles(3), atol=1e-6)
    np.testing.assert_allclose(codes[::-1, 0, 1], normal_quantiles(3), atol=1e-6)
    np.testing.assert_allclose(arrays["limits"], [[-0.967422, 0.967422]] * 2, atol=1e-6)


def test_quantiles_have_no_limits():
    """Limits, which a lattice of quantiles would silently ignore, are refused together with it."""
    with pytest.raises(ValueError, match="no limits"):
        Parameters(lattice="normal", limits=((-1, 1), (-1, 1)))
