"""Histograms of single coordinates, exact for hand-made codes."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.plots.latent_histograms.drawing import choose_coordinates


@pytest.fixture
def marginals(codes):
    """Four-dimensional codes with hand-made distances."""
    z = np.random.default_rng(0).normal(size=(100, 4))
    return codes | {"z_mean": z, "z_log_var": np.zeros((100, 4)), "ks": np.array([0.1, 0.4, 0.2, 0.3])}


def panels_of(drawing):
    """Return the axes that are used."""
    return [axes for axes in drawing.figure.axes if axes.axison]


def test_bars_are_the_share_of_codes_over_their_width(drawn, marginals):
    """With three of four codes in one bar and one in another, heights are shares over width, and the area is 1."""
    z = np.array([[-3.4, 0.1], [-3.4, 0.1], [-3.4, 0.1], [3.4, 0.1]])
    few = marginals | {"z_mean": z, "y": np.zeros(4, int), "ks": np.array([0.5, 0.5])}
    panel = panels_of(drawn("latent_histograms", {"vae": few}, bins=7))[0]
    values, edges, _ = panel.patches[0].get_data()
    np.testing.assert_allclose(edges, np.linspace(-3.5, 3.5, 8))
    np.testing.assert_allclose(values, [0.75, 0, 0, 0, 0, 0, 0.25])


def test_the_line_is_the_density_of_the_standard_normal_distribution(drawn, marginals):
    """The line has height 1 / sqrt(2 pi) in the middle, and area 1 over the axis."""
    line = panels_of(drawn("latent_histograms", {"vae": marginals}))[0].lines[0]
    x, y = line.get_data()
    assert y.max() == pytest.approx(0.3989, abs=1e-3)
    assert np.trapezoid(y, x) == pytest.approx(1, abs=1e-3)


def test_each_panel_says_its_coordinate_and_distance(drawn, marginals):
    """The title is the number of the coordinate, counted from 1, and its distance; panels are in the requested order."""
    titles = {
        order: [
            axes.get_title()
            for axes in panels_of(drawn("latent_histograms", {"vae": marginals}, rows=1, columns=2, dimensions=order))
        ]
        for order in ("first", "largest", "smallest")
    }
    assert titles == {
        "first": ["1: 0.100", "2: 0.400"],
        "largest": ["2: 0.400", "4: 0.300"],
        "smallest": ["1: 0.100", "3: 0.200"],
    }
    assert choose_coordinates(np.array([0.2, 0.2, 0.1]), 2, "largest") == [0, 1]


def test_a_panel_shows_its_own_coordinate(drawn, marginals):
    """In reverse order, the bars are still those of the coordinate in the title."""
    shifted = marginals | {"z_mean": marginals["z_mean"] + [0, 20, 0, 0]}
    panel = panels_of(drawn("latent_histograms", {"vae": shifted}, dimensions="largest"))[0]
    values, edges, _ = panel.patches[0].get_data()
    assert edges[values.argmax()] > 15


def test_the_caption_says_which_codes_and_how_many_coordinates(drawn, marginals):
    """The caption states means or draws, split, number of images, and the numbers of shown and of all coordinates."""
    said = drawn("latent_histograms", {"vae": marginals}, rows=1, columns=3, dimensions="largest").details
    assert "Codes: means of the codes' distributions." in said
    assert "test set" in said
    assert "Images: 100." in said
    assert "Coordinates: 3 of 4, those farthest from N(0, 1)." in said
    drawing = drawn("latent_histograms", {"vae": marginals | {"z": marginals["z_mean"]}}, codes="drawn", seed=2)
    assert "one draw from the distribution of each code (seed of the draw: 2)" in drawing.details
    assert "Coordinates: all 4." in drawing.details


def test_several_runs_stand_under_one_another(drawn, marginals):
    """Each run has a block of panels with its name, with gaps for missing coordinates."""
    two = marginals | {"z_mean": marginals["z_mean"][:, :2], "ks": marginals["ks"][:2]}
    drawing = drawn("latent_histograms", {"ae": two, "vae": marginals})
    assert [block.get_suptitle() for block in drawing.figure.subfigs] == ["AE", "VAE"]
    assert len(panels_of(drawing)) == 6
    assert "AE: all 2; VAE: all 4" in drawing.details


def test_the_table_has_what_the_panels_show(drawn, marginals):
    """The table has coordinate, mean, deviation and distance of each panel in order, and the run if there are several."""
    known = marginals | {"z_mean": np.tile([[1.0, 0, 0, 2.0], [3.0, 0, 0, 2.0]], (50, 1))}
    table = drawn("latent_histograms", {"vae": known}, rows=1, columns=2, dimensions="largest").table
    assert [list(column.values) for column in table.columns[:2]] == [[2, 4], [0.0, 2.0]]
    assert list(table.columns[3].values) == [0.4, 0.3]
    first = drawn("latent_histograms", {"ae": known, "vae": known}, rows=1, columns=1).table
    assert list(first.columns[0].values) == ["AE", "VAE"]
    assert first.columns[2].values == [2.0, 2.0]
    assert first.columns[3].values == pytest.approx([np.std([1, 3] * 50, ddof=1)] * 2)
