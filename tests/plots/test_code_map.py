"""Maps of codes, with axes and captions that say what they are."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import FIGURES, Subject


@pytest.fixture
def mapped(codes):
    """Maps of five-dimensional codes."""
    random = np.random.default_rng(1)
    known = {"z_mean": random.normal(size=(100, 5)), "pca": random.normal(size=(100, 2)), "tsne": random.normal(size=(100, 2))}
    return codes | known | {"explained": np.array([0.5, 0.25]), "perplexity": np.array(30.0)}


def test_each_method_has_a_panel_with_its_map(drawn, mapped):
    """PCA and t-SNE are side by side; PCA axes give component and share of variance, t-SNE axes have no ticks."""
    drawing = drawn("code_map", {"vae": mapped}, labels=False)
    left, right = drawing.figure.axes
    np.testing.assert_allclose(left.collections[0].get_offsets(), mapped["pca"][mapped["y"] == 0])
    np.testing.assert_allclose(right.collections[0].get_offsets(), mapped["tsne"][mapped["y"] == 0])
    assert (left.get_xlabel(), left.get_ylabel()) == ("component 1 (50%)", "component 2 (25%)")
    assert right.get_xlabel() == "t-SNE 1"
    assert not len(right.get_xticks())
    assert "perplexity 30, seed 0" in drawing.details
    assert "Points: 100." in drawing.details
    assert "No t-SNE" not in drawing.details


def test_codes_of_two_dimensions_are_shown_themselves(drawn, codes, mapped):
    """Without t-SNE, two-dimensional codes are shown themselves, with code axes, and the caption names the run."""
    flat = codes | {"pca": codes["z_mean"], "explained": np.array([0.6, 0.4])}
    drawing = drawn("code_map", {"small": flat, "large": mapped}, methods=("tsne",), labels=False)
    left = drawing.figure.axes[0]
    np.testing.assert_allclose(left.collections[0].get_offsets(), codes["z_mean"][codes["y"] == 0])
    assert left.get_xlabel() == "coordinate 1 of the code"
    assert "No t-SNE, but the codes themselves, which have two coordinates: SMALL." in drawing.details
    assert "t-SNE: perplexity 30" in drawing.details
    only = drawn("code_map", {"small": flat}, methods=("tsne",)).details
    assert "perplexity" not in only


def test_a_code_of_one_dimension_is_refused_before_the_training():
    """The plan refuses a one-dimensional code by the setting of the run."""
    kind = FIGURES.get("code_map")
    people = {"a": Subject("A", latent_dim=1), "b": Subject("B", latent_dim=2)}
    with pytest.raises(ReportError, match="a: latent_dim 1"):
        kind.check(kind.parameters(runs=("a", "b")), people)
    kind.check(kind.parameters(runs=("b",)), people)


@pytest.mark.parametrize("name", ["latent_scatter", "latent_cdf", "prior_samples"])
def test_coordinates_are_checked_before_the_training(name):
    """The plan refuses a coordinate beyond latent_dim, unless the dimension is unknown."""
    kind = FIGURES.get(name)
    asked = kind.parameters(runs=("a",), axes=(1, 3))
    with pytest.raises(ReportError, match="latent_dim of 'a' is 2"):
        kind.check(asked, {"a": Subject("A", latent_dim=2)})
    kind.check(asked, {"a": Subject("A", latent_dim=3)})
    kind.check(asked, {"a": Subject("A")})
