"""Codes drawn from their posterior, and codes in the unit square."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.measures.probes import code_cdf, codes


def test_drawn_codes_have_the_spread_of_the_posterior(vae, data):
    """For variance e^2 in every coordinate, draws have standard deviation e around their means, and the means are unchanged."""
    vae.posterior = lambda x: (vae.encode(x), np.full((len(x), 2), 2.0, dtype=np.float32))
    split = data.splits["test"]
    object.__setattr__(split, "x", np.tile(split.x, (500, 1, 1, 1)))
    object.__setattr__(split, "y", np.tile(split.y, 500))
    arrays = codes.measure(vae, data, codes.Parameters(drawn=1))
    np.testing.assert_array_equal(arrays["z_mean"], codes.measure(vae, data, codes.Parameters())["z_mean"])
    off = arrays["z"] - arrays["z_mean"]
    assert off.std() == pytest.approx(np.e, rel=0.03)
    assert off.mean() == pytest.approx(0, abs=0.1)


def test_a_draw_is_its_seed(vae, data):
    """The same seed gives the same codes, whatever the number of images; another seed gives others."""
    first, again, other = (codes.measure(vae, data, codes.Parameters(drawn=seed, n=n)) for seed, n in ((1, 12), (1, 5), (2, 5)))
    np.testing.assert_array_equal(first["z"][again["index"]], again["z"])
    assert not np.allclose(again["z"], other["z"])


def test_draws_need_a_posterior(model, data):
    """An autoencoder cannot draw codes, which is known before training; without draws no posterior is needed."""
    assert codes.needs_for(codes.Parameters(drawn=0)) == {"posterior"}
    assert codes.needs_for(codes.Parameters()) == code_cdf.KIND.needs_for(code_cdf.Parameters()) == set()
    with pytest.raises(ReportError, match="no posterior"):
        codes.measure(model, data, codes.Parameters(drawn=0))
    assert codes.needs_for(codes.Parameters(drawn=0, any_model=True)) == set()
    assert "z" not in codes.measure(model, data, codes.Parameters(drawn=0, any_model=True))


def test_the_square_is_that_of_the_distribution_function(model, data):
    """Codes of 0 and 1.96 are mapped to 0.5 and 0.975, in the order of the axes."""
    data.splits["test"].x[:, 0, 0, 0], data.splits["test"].x[:, 0, 1, 0] = 0, 1.959964
    found = code_cdf.measure(model, data, code_cdf.Parameters(axes=(2, 1)))
    np.testing.assert_allclose(found["cdf"], np.tile([0.975, 0.5], (12, 1)), atol=1e-6)


def test_shares_of_the_square_belong_to_the_nearest_code():
    """The square is divided along the perpendicular bisector of two codes, and a class without codes has no share."""
    share = code_cdf.shares(np.array([[0.1, 0.5], [0.5, 0.5]]), np.array([0, 2]), 3)
    np.testing.assert_allclose(share, [0.3, 0, 0.7])


def test_a_coordinate_that_is_not_there_is_refused(model, data):
    """Coordinates are counted from 1 to the dimension of the code."""
    with pytest.raises(ReportError, match="Allowed: 1 to 2"):
        code_cdf.measure(model, data, code_cdf.Parameters(axes=(1, 3)))
