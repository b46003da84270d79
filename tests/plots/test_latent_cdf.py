"""Codes next to the unit square to which the distribution function maps them."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def squared(codes):
    """The codes with hand-made places in the unit square and class shares."""
    cdf = np.random.default_rng(1).random((100, 2))
    return codes | {"cdf": cdf, "share": np.array([0.5, 0.05, 0.45])}


def test_both_panels_show_their_places(drawn, squared):
    """Codes are on the left, their places in the unit square on the right, by class, with one legend."""
    figure = drawn("latent_cdf", {"vae": squared}, labels=False).figure
    left, right = figure.axes
    np.testing.assert_allclose(left.collections[0].get_offsets(), squared["z_mean"][squared["y"] == 0])
    np.testing.assert_allclose(right.collections[0].get_offsets(), squared["cdf"][squared["y"] == 0])
    assert len(figure.legends) == 1
    assert right.get_xlabel() == "Φ (coordinate 1 of the code)"
    assert right.get_ylabel() == "Φ (coordinate 2 of the code)"


def test_the_caption_states_the_shares(drawn, squared):
    """The caption states the largest and smallest share with their classes, and the share if all were equal."""
    said = drawn("latent_cdf", {"vae": squared}).details
    assert "from 5% (bag) to 50% (shirt); equal shares: 33.3%." in said
    assert "Points: 100." in said


def test_the_axes_choose_the_coordinates(drawn, squared):
    """The option `axes` chooses the coordinates of the left panel."""
    figure = drawn("latent_cdf", {"vae": squared}, axes=(2, 1), labels=False).figure
    np.testing.assert_allclose(figure.axes[0].collections[0].get_offsets(), squared["z_mean"][squared["y"] == 0, ::-1])
