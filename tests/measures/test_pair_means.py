"""Means of many pairs."""

from __future__ import annotations

import numpy as np

from report_builder.measures.probes.pair_means import Parameters, measure


def test_the_decoded_mean_lies_between_its_ends(model, data):
    """Each image is decoded from the mean of the codes of its two ends."""
    arrays = measure(model, data, Parameters(pairs=((0, 1),), n=4))
    np.testing.assert_allclose(arrays["images"], arrays["ends"].mean(axis=2))


def test_the_draw_depends_on_data_and_seed_alone(model, vae, data):
    """All runs get the same pairs, so that their images can be compared one by one; another seed gives others."""
    parameters = Parameters(pairs=((0, 1), (1, 2)), n=4)
    first, second = measure(model, data, parameters), measure(vae, data, parameters)
    np.testing.assert_array_equal(first["index"], second["index"])
    assert (measure(model, data, parameters.model_copy(update={"seed": 5}))["index"] != first["index"]).any()


def test_every_image_of_a_class_comes_before_one_comes_twice(model, data):
    """Only images of the two classes are drawn, and with more pairs than images the draw cycles through all of them."""
    index = measure(model, data, Parameters(pairs=((0, 1),), n=10))["index"][0]
    assert set(index[:4, 0]) == {0, 3, 6, 9}
    assert set(data.splits["test"].y[index[:, 1]]) == {1}
