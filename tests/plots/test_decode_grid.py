"""The printed decode grid is the measured one, upright."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.plots.decode_grid import Parameters, reads


def grid(n=3):
    """Return cells whose grey level increases with their index."""
    levels = np.arange(n * n, dtype=np.float32) / (n * n)
    images = np.ones((n * n, 4, 4, 1), dtype=np.float32) * levels[:, None, None, None]
    return {
        "images": images,
        "axis_0": np.linspace(-3, 3, n),
        "axis_1": np.linspace(0, 8, n),
        "limits": np.array([[-3, 3], [0, 8]]),
    }


def test_cells_stand_where_the_probe_put_them(drawn):
    """Row 0 of the arrays is printed at the top, its first cell on the left: neither transposed nor mirrored."""
    axes = drawn("decode_grid", {"ae": grid()}, ink="light").figure.axes[0]
    painted = np.asarray(axes.images[0].get_array())[..., 0]
    step = painted.shape[0] // 3
    levels = painted[step // 2 :: step, step // 2 :: step]
    np.testing.assert_array_equal(levels, np.round(255 * np.arange(9).reshape(3, 3) / 9))


def test_ticks_are_round_and_at_their_coordinates(drawn):
    """The lowest tick of the vertical axis is the smallest second coordinate, at the centre of the bottom row."""
    axes = drawn("decode_grid", {"ae": grid()}, language="pl").figure.axes[0]
    bottom, top = axes.get_ylim()
    ticks = {
        label.get_text(): (place - bottom) / (top - bottom)
        for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    }
    assert list(ticks) == ["0", "4", "8"]
    np.testing.assert_allclose(list(ticks.values()), [1 / 6, 1 / 2, 5 / 6], atol=0.01)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["\u22122", "0", "2"]


@pytest.mark.parametrize("n", [2, 4, 5, 15, 30])
def test_ticks_stand_between_the_cells_that_were_decoded(drawn, n):
    """Whatever the number of cells and their coordinates, ticks are round numbers at the correct positions."""
    odd = grid(n) | {"axis_0": np.linspace(-3.07, 2.91, n)}
    axes = drawn("decode_grid", {"ae": odd}, cell_cm=1.0).figure.axes[0]
    places = (np.array(axes.get_xticks()) - axes.get_xlim()[0]) / np.ptp(axes.get_xlim()) * n - 0.5
    values = [float(label.get_text().replace("\u2212", "-")) for label in axes.get_xticklabels()]
    assert values == [-2, 0, 2]
    np.testing.assert_allclose(places, (np.array(values) + 3.07) / (2.91 + 3.07) * (n - 1), atol=0.03 * n)


def test_the_caption_states_the_limits_of_each_run(drawn):
    """The details state the limits, by name for several runs."""
    wide = grid() | {"limits": np.array([[-30, 30], [0, 8.25]])}
    assert "[−3; 3] × [0; 8]" in drawn("decode_grid", {"ae": grid()}, language="pl").details
    assert "AE: [−3, 3] × [0, 8]; VAE: [−30, 30] × [0.00, 8.25]" in drawn("decode_grid", {"ae": grid(), "vae": wide}).details


def test_limits_may_differ_by_run():
    """Limits can be given by run id, and a run without limits gets those of its codes."""
    asked = reads(Parameters(runs=("ae", "vae"), limits={"ae": ((-6, 10), (-6.5, 8))}))
    assert asked["ae"].parameters["limits"] == ((-6, 10), (-6.5, 8))
    assert asked["vae"].parameters["limits"] is None


def test_a_lattice_of_quantiles_says_so(drawn):
    """The caption says that coordinates are quantiles, and ticks are round."""
    quantiles = np.array([-0.967, 0.0, 0.967])
    shown = grid() | {"axis_0": quantiles, "axis_1": quantiles, "limits": np.array([[-0.967, 0.967]] * 2)}
    drawing = drawn("decode_grid", {"vae": shown}, n=3, lattice="normal", cell_cm=1.0)
    assert "quantiles of N(0, 1) at (i + ½) / 3, i = 0, …, 2; range: [−0.97, 0.97]." in drawing.details
    assert "test set" not in drawing.details
    assert [label.get_text() for label in drawing.figure.axes[0].get_xticklabels()] == ["−0.5", "0.0", "0.5"]
    asked = reads(Parameters(runs=("vae",), lattice="normal"))["vae"].parameters
    assert asked["lattice"] == "normal"
