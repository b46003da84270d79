"""A scatter plot that can support a claim about classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report_builder import languages
from report_builder.drawing import draw
from report_builder.errors import ReportError
from report_builder.kinds import FIGURES, Subject
from report_builder.plots._room import parted


def test_the_legend_has_the_class_names(drawn, codes):
    """Every shown class is in the legend with its name and a distinct colour."""
    figure = drawn("latent_scatter", {"ae": codes}).figure
    legend = figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["shirt", "bag", "boot"]
    assert len({handle.get_color() for handle in legend.legend_handles}) == 3


def test_classes_are_named_where_their_codes_are(drawn, codes):
    """The printed name of a class is at the median of its codes."""
    places = {text.get_text(): text.get_position() for text in drawn("latent_scatter", {"ae": codes}).figure.axes[0].texts}
    assert np.allclose(places["bag"], (10, 0), atol=0.5)
    assert np.allclose(places["boot"], (0, 10), atol=0.5)


def test_points_stand_at_their_codes(drawn, codes):
    """The first coordinate goes to the right, the second up, with equal scales; `axes` chooses others."""
    axes = drawn("latent_scatter", {"ae": codes}).figure.axes[0]
    np.testing.assert_allclose(axes.collections[0].get_offsets(), codes["z_mean"][codes["y"] == 0])
    assert axes.get_aspect() == 1
    swapped = drawn("latent_scatter", {"ae": codes}, axes=(2, 1)).figure.axes[0]
    np.testing.assert_allclose(swapped.collections[0].get_offsets(), codes["z_mean"][codes["y"] == 0, ::-1])
    assert "2" in swapped.get_xlabel()


def test_bars_are_one_standard_deviation_long_to_each_side(drawn, codes):
    """The horizontal bar extends by the first standard deviation to each side, the vertical one by the second."""
    across, upwards = drawn("latent_scatter", {"vae": codes}, spread="bars").figure.axes[0].collections[:2]
    assert np.ptp(across.get_segments()[0], axis=0) == pytest.approx([1, 0])
    assert np.ptp(upwards.get_segments()[0], axis=0) == pytest.approx([0, 4])


def test_ellipses_have_the_deviations_as_half_axes(drawn, codes):
    """Ellipses have twice the standard deviations as width and height."""
    ellipses = drawn("latent_scatter", {"vae": codes}, spread="ellipses").figure.axes[0].collections[0]
    assert ellipses.get_widths()[0] == pytest.approx(1)
    assert ellipses.get_heights()[0] == pytest.approx(4)


def test_deviations_need_a_posterior(drawn, codes):
    """Deviations of an autoencoder, and a coordinate that the code lacks, are refused."""
    plain = {key: value for key, value in codes.items() if key != "z_log_var"}
    with pytest.raises(ReportError, match="no posterior"):
        drawn("latent_scatter", {"ae": plain}, spread="bars")
    with pytest.raises(ReportError, match=r"axes: \[1, 3\]"):
        drawn("latent_scatter", {"ae": codes}, axes=(1, 3))


def test_many_points_are_rasterised(drawn, codes):
    """More than two thousand marks become an image inside the SVG; fewer remain vector graphics."""
    many = {key: value if key == "class_names" else np.repeat(value, 21, axis=0) for key, value in codes.items()}
    assert drawn("latent_scatter", {"ae": many}).figure.axes[0].collections[0].get_rasterized()
    assert not drawn("latent_scatter", {"ae": codes}).figure.axes[0].collections[0].get_rasterized()


def test_more_classes_than_colours_differ_by_marker(drawn, codes):
    """The eleventh class repeats the first one's colour with another marker."""
    names = np.array([f"class {i}" for i in range(11)])
    eleven = codes | {"y": np.arange(100) % 11, "class_names": names}
    handles = drawn("latent_scatter", {"ae": eleven}).figure.legends[0].legend_handles
    assert handles[0].get_color() == handles[10].get_color()
    assert handles[0].get_marker() != handles[10].get_marker()


def test_names_do_not_cover_each_other():
    """Overlapping names move apart, others stay, and all remain in the panel; if there is no room, None is returned."""
    middles, sizes = np.array([[0.0, 0.0], [0.0, 0.0], [0.1, 0.0], [50.0, 50.0]]), np.array([[9.0, 2.0]] * 4)
    moved = parted(middles, sizes, np.array([[-10.0, -10.0], [60.0, 60.0]]))
    apart = abs(moved[:, None] - moved[None]) >= sizes[0] - 1e-6
    assert (apart.any(axis=2) | np.eye(4, dtype=bool)).all()
    np.testing.assert_allclose(moved[3], [50, 50], atol=0.01)
    assert abs(moved[:3]).max() < 10
    assert parted(middles, sizes, np.array([[0.0, 0.0], [10.0, 3.0]])) is None


@pytest.mark.parametrize("labels", [None, True])
def test_names_without_room_are_left_out_or_refused(codes, tmp_path, labels):
    """Sixty names in a small panel are left out, or refused if requested explicitly."""
    many = codes | {"y": np.arange(100) % 60, "class_names": np.array([f"a class of number {i}" for i in range(60)])}
    kind, seen = FIGURES.get("latent_scatter"), []

    def noted(*given):
        seen.append(kind.draw(*given))
        return seen[-1]

    def drawing():
        parameters = kind.parameters(runs=("ae",), labels=labels, width_cm=6, legend=False)
        draw(
            replace(kind, draw=noted),
            parameters,
            {"ae": many},
            {"ae": Subject("AE")},
            languages.load("en"),
            tmp_path,
        )

    if labels:
        with pytest.raises(ReportError, match="names of the classes do not fit"):
            drawing()
    else:
        drawing()
        assert not seen[0].figure.axes[0].texts


def test_bars_are_asked_of_fewer_images():
    """With deviations, five hundred images are shown by default, without them all."""
    kind = FIGURES.get("latent_scatter")
    asked = [
        kind.reads(kind.parameters(runs=("vae",), **given))["vae"].parameters["n"]
        for given in ({}, {"spread": "bars"}, {"spread": "bars", "n": 9})
    ]
    assert asked == [None, 500, 9]


def test_a_narrow_figure_has_its_legend_below(drawn, codes):
    """In a column of a third of the page, the legend is below, inside the figure, and nothing is clipped."""
    figure = drawn("latent_scatter", {"ae": codes}, width_cm=5.2).figure
    figure.draw_without_rendering()
    (legend,) = figure.legends
    box, page = legend.get_window_extent(), figure.bbox
    assert 0 <= box.x0 < box.x1 <= page.x1
    assert box.y1 < figure.axes[0].get_window_extent().y0
    assert figure.axes[0].yaxis.label.get_window_extent().x0 >= 0


def test_a_legend_of_digits_is_beside_the_panels(drawn, codes):
    """Digits are named to the right of one or two panels, in columns that fit the height, unless the figure is narrow."""
    digits = codes | {"y": np.arange(100) % 10, "class_names": np.array([str(digit) for digit in range(10)])}
    for width, height, columns, runs in ((7.5, 6.4, 1, 1), (7.5, 4.0, 2, 1), (16, 6.0, 1, 2), (16, 3.2, 3, 2)):
        figure = drawn("latent_scatter", dict.fromkeys("ab"[:runs], digits), width_cm=width, height_cm=height).figure
        figure.draw_without_rendering()
        (legend,) = figure.legends
        box = legend.get_window_extent()
        assert box.x0 > max(axes.get_window_extent().x1 for axes in figure.axes)
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert len({round(text.get_window_extent().x0) for text in legend.get_texts()}) == columns
    narrow = drawn("latent_scatter", {"a": digits}, width_cm=5.2).figure
    narrow.draw_without_rendering()
    assert narrow.legends[0].get_window_extent().y1 < narrow.axes[0].get_window_extent().y0


def test_short_deviations_are_drawn_longer_and_said(drawn, codes):
    """Short deviations are drawn longer by a factor that the caption states; long ones are drawn to scale."""
    short = codes | {"z_log_var": np.full((100, 2), 2 * np.log(0.02))}
    drawing = drawn("latent_scatter", {"vae": short}, spread="bars")
    across = drawing.figure.axes[0].collections[0]
    assert np.ptp(across.get_segments()[0], axis=0) == pytest.approx([2 * 0.02 * 5, 0])
    assert "drawn 5 times as long" in drawing.details
    assert "times as long" not in drawn("latent_scatter", {"vae": codes}, spread="bars").details


def test_a_legend_makes_no_panel_smaller(drawn, codes):
    """With and without a legend, two figures side by side have axes of one height: a legend makes its figure higher."""
    with_legend, without = (
        drawn("latent_scatter", {"ae": codes}, width_cm=8, legend=legend).figure for legend in (True, False)
    )
    heights = []
    for figure in (with_legend, without):
        figure.draw_without_rendering()
        heights.append(figure.axes[0].get_window_extent().height / figure.dpi * 2.54)
    assert heights[0] == pytest.approx(heights[1], abs=0.05)
