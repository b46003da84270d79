"""A scatter plot in one colour, a colour bar instead of a legend, and the choice of codes."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from pydantic import ValidationError

from report_builder.errors import ReportError
from report_builder.kinds import FIGURES
from report_builder.plots._style import colours


def test_a_plain_scatter_has_one_colour_and_no_class_names(drawn, codes):
    """All codes are in one collection of one colour, without legend, colour bar or names."""
    figure = drawn("latent_scatter", {"ae": codes}, plain=True).figure
    (points,) = figure.axes[0].collections
    np.testing.assert_allclose(points.get_offsets(), codes["z_mean"])
    assert len(points.get_facecolors()) == 1
    assert not figure.legends
    assert not figure.axes[0].texts
    assert len(figure.axes) == 1


def test_a_colour_bar_names_the_classes_from_top_to_bottom(drawn, codes):
    """The bar has a field for each occurring class, in its colour, with the name at the middle of the field."""
    figure = drawn("latent_scatter", {"ae": codes}, colour_bar=True).figure
    bar = figure.axes[1]
    assert not figure.legends
    assert [label.get_text() for label in bar.get_yticklabels()] == ["shirt", "bag", "boot"]
    np.testing.assert_allclose(bar.get_yticks(), [0.5, 1.5, 2.5])
    assert bar.get_ylim() == (3, 0)
    fields = next(each for each in bar.collections if each.get_array() is not None)
    assert [to_hex(colour) for colour in fields.cmap.colors] == colours()[:3]


def test_a_colour_bar_tells_ten_classes_apart(drawn, codes):
    """A colour bar of eleven classes is refused: there are ten colours, and a bar has no markers to tell more apart."""
    eleven = codes | {"y": np.arange(100) % 11, "class_names": np.array([f"class {i}" for i in range(11)])}
    with pytest.raises(ReportError, match="classes: 11"):
        drawn("latent_scatter", {"ae": eleven}, colour_bar=True)


@pytest.mark.parametrize("wrong", [{"plain": True, "colour_bar": True}, {"plain": True, "spread": "bars"}, {"mark": "cross"}])
def test_options_that_contradict_each_other_are_refused(wrong):
    """One colour with a colour bar or deviations, and crosses without one colour, are refused when the file is read."""
    with pytest.raises(ValidationError, match="plain scatter"):
        FIGURES.get("latent_scatter").parameters(runs=("ae",), **wrong)


def test_drawn_codes_are_shown_and_said(drawn, codes):
    """With `codes: drawn`, draws are requested, shown, and named with their seed; means are called means."""
    kind = FIGURES.get("latent_scatter")
    assert kind.reads(kind.parameters(runs=("vae",), codes="drawn", seed=3))["vae"].parameters["drawn"] == 3
    assert kind.reads(kind.parameters(runs=("vae",)))["vae"].parameters["drawn"] is None
    drawing = drawn("latent_scatter", {"vae": codes | {"z": codes["z_mean"] + 1}}, codes="drawn", seed=3, plain=True)
    np.testing.assert_allclose(drawing.figure.axes[0].collections[0].get_offsets(), codes["z_mean"] + 1)
    assert "Codes: one draw from the distribution of each code (seed of the draw: 3)." in drawing.details
    assert "Codes: means of the codes' distributions." in drawn("latent_scatter", {"vae": codes}).details


def test_codes_of_models_with_and_without_a_posterior_are_told_apart(drawn, codes):
    """An autoencoder has outputs where a VAE has means, and if no model has a posterior, nothing is stated."""
    plain = {key: value for key, value in codes.items() if key != "z_log_var"}
    both = drawn("latent_scatter", {"ae": plain, "vae": codes}).details
    assert "AE: outputs of the encoder; VAE: means of the codes' distributions." in both
    assert "Codes:" not in drawn("latent_scatter", {"ae": plain}).details
