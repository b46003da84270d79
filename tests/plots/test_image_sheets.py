"""The layout of sheets of reconstructions, interpolations and pair means."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import FIGURES

NAMES = np.array(["zero", "one", "two"])


def level(value, *shape):
    """Return images of one grey level."""
    return np.full((*shape, 4, 4, 1), value, dtype=np.float32)


def painting(drawing):
    """Return the painted sheet in grey, with its height and width."""
    axes = drawing.figure.axes[0]
    painted = np.asarray(axes.images[0].get_array())[..., 0]
    tall, wide = painted.shape
    return painted, tall, wide


def texts(drawing):
    """Return all labels of a sheet."""
    return [text.get_text() for axes in drawing.figure.axes for text in axes.texts]


def sampled(drawing, row, column, rows, columns):
    """Return the grey level of a cell of an evenly spaced sheet, 0 to 1."""
    painted, tall, wide = painting(drawing)
    return painted[round((row + 0.5) * tall / rows), round((column + 0.5) * wide / columns)] / 255


def pair(middle):
    """Return an interpolation of three steps with a given middle."""
    steps = np.stack([level(0.2, 1), level(middle, 1), level(0.8, 1)], axis=1)
    ends = np.stack([level(0.1, 1), level(0.9, 1)], axis=1)
    known = {"labels": np.array([[0, 2]]), "index": np.array([[10, 21]]), "class_names": NAMES, "z": np.zeros((1, 3, 2))}
    return {"images": steps, "ends": ends} | known


def test_originals_stand_above_their_reconstructions(drawn):
    """The top row shows the data, the following ones each run in the given order."""
    of_run = {"x": level(0.1, 3), "y": np.arange(3), "class_names": NAMES}
    arrays = {"ae": of_run | {"reconstruction": level(0.5, 3)}, "vae": of_run | {"reconstruction": level(0.9, 3)}}
    drawing = drawn("reconstructions", arrays, ink="light")
    assert [sampled(drawing, row, 1, 3, 3) for row in range(3)] == pytest.approx([0.1, 0.5, 0.9], abs=0.01)
    assert texts(drawing) == ["originals", "AE", "VAE", "zero", "one", "two"]


@pytest.mark.parametrize("ink", ["dark", "light"])
@pytest.mark.parametrize("name", ["reconstructions", "samples_of_classes"])
def test_places_without_an_image_show_the_paper(drawn, ink, name):
    """Empty places are white and unframed with any ink, so that they do not look like images."""
    if name == "reconstructions":
        of_run = {"x": level(0.3, 7), "reconstruction": level(0.6, 7), "y": np.arange(7) % 3, "class_names": NAMES}
        painted, tall, wide = painting(drawn(name, {"ae": of_run}, columns=4, ink=ink))
    else:
        of_run = {"images": level(0.3, 7), "asked_class": np.arange(7) % 3, "class_names": NAMES}
        painted, tall, wide = painting(drawn("class_samples", {"ae": of_run}, columns=4, ink=ink))
    assert (painted[int(tall * 0.53) :, int(wide * 0.76) :] == 255).all()


def test_colours_have_no_ink(drawn):
    """An ink for colour images, which would have no effect, is refused."""
    colours = np.zeros((1, 4, 4, 3), dtype=np.float32)
    of_run = {"x": colours, "reconstruction": colours, "y": np.array([0]), "class_names": NAMES}
    drawn("reconstructions", {"ae": of_run})
    with pytest.raises(ReportError, match="ink: light"):
        drawn("reconstructions", {"ae": of_run}, ink="light")


def test_values_that_are_no_numbers_are_no_picture(drawn):
    """Non-finite values of a diverged training are refused by name, and not painted black."""
    of_run = {"x": level(0.3, 3), "reconstruction": level(np.nan, 3), "y": np.arange(3), "class_names": NAMES}
    with pytest.raises(ReportError, match=r"'reconstruction' of 'ae' has values that are not finite numbers(.|\n)*48 of 48"):
        drawn("reconstructions", {"ae": of_run})


def test_more_images_than_columns_start_a_new_band(drawn):
    """Seven images in rows of four make two bands, the last one filled with blank cells."""
    arrays = {"ae": {"x": level(0.3, 7), "reconstruction": level(0.6, 7), "y": np.arange(7) % 3, "class_names": NAMES}}
    drawing = drawn("reconstructions", arrays, columns=4)
    assert texts(drawing).count("AE") == 2


def test_an_interpolation_begins_and_ends_with_the_originals(drawn):
    """Originals are on the left and right with labels, and the decoded steps between them go from 0 to 100 per cent."""
    drawing = drawn("interpolation", {"ae": pair(0.5)}, ink="light", steps=3)
    assert texts(drawing) == ["zero → two", "original", "0%", "50%", "100%", "original"]
    painted, tall, wide = painting(drawing)
    middle = painted[tall // 2] / 255
    assert middle[wide // 20] == pytest.approx(0.1, abs=0.01)
    assert middle[wide // 2] == pytest.approx(0.5, abs=0.01)
    assert middle[-wide // 20] == pytest.approx(0.9, abs=0.01)
    assert "zero (no. 10) and two (no. 21)" in drawing.details


def test_a_pair_mean_is_the_middle_of_three_steps(drawn):
    """Both originals are followed by the decoded mean of each run, which is the mean of the codes and not a random sample."""
    assert FIGURES.get("pair_mean").reads(FIGURES.get("pair_mean").parameters(runs=("ae",)))["ae"].parameters["steps"] == 3
    drawing = drawn("pair_mean", {"ae": pair(0.4), "vae": pair(0.6)}, ink="light")
    painted, tall, wide = painting(drawing)
    row = painted[tall // 2] / 255
    quarter = [row[round(wide * at)] for at in (0.1, 0.32, 0.62, 0.9)]
    assert quarter == pytest.approx([0.1, 0.9, 0.4, 0.6], abs=0.01)
    assert [text.replace("\n", " ") for text in texts(drawing)] == [
        "zero and two",
        "first original",
        "second original",
        "AE mean",
        "VAE mean",
    ]


# --- thresholds ---------------------------------------------------------------------------------------------------------------


def test_outputs_in_two_levels_leave_the_originals(drawn):
    """S1-F25, S1-E11: with a threshold, model outputs are 0 or 1, data is unchanged, and the caption states the threshold."""
    arrays = {"ae": {"x": level(0.3, 1), "y": np.zeros(1, int), "class_names": NAMES, "reconstruction": level(0.6, 1)}}
    for threshold, expected in ((0.5, 1), (0.6, 1), (0.61, 0)):
        drawing = drawn("reconstructions", arrays, ink="light", threshold=threshold)
        assert [sampled(drawing, row, 0, 2, 1) for row in range(2)] == pytest.approx([0.3, expected], abs=0.01)
        assert f"at least {threshold} of their range" in drawing.details
    assert "two levels" not in drawn("reconstructions", arrays).details


def test_a_threshold_is_a_share_of_the_range(drawn):
    """For pixels from -1 to 1, the threshold 0.5 is 0, and the ends of pairs are data."""
    arrays = pair(0.1) | {"value_range": np.array([-1.0, 1.0])}
    drawing = drawn("pair_mean", {"ae": arrays}, ink="light", threshold=0.5)
    painted, tall, wide = painting(drawing)
    assert painted[tall // 2, -wide // 20] == 255
    assert painted[tall // 2, wide // 20] / 255 == pytest.approx(0.55, abs=0.01)


def test_two_levels_do_not_hide_that_pixels_lie_outside_their_range(drawn):
    """Logits shown as probabilities are refused with a threshold as well as without one."""
    arrays = pair(3.0)
    with pytest.raises(ReportError, match="outside the range"):
        drawn("interpolation", {"ae": arrays}, threshold=0.5, steps=3)


def test_a_long_way_is_folded(drawn):
    """S3-F44: twenty steps and both originals are set in two lines, in order, each with its share below."""
    way = np.stack([level(share, 1) for share in np.linspace(0, 0.95, 20)], axis=1)
    drawing = drawn("interpolation", {"ae": pair(0.5) | {"images": way}}, ink="light", steps=20)
    said = [text for text in texts(drawing) if text]
    assert said[:4] == ["zero → two", "original", "0%", "5.3%"]
    assert said[-2:] == ["100%", "original"]
    assert "Below the images: share" in drawing.details
    painted, tall, wide = painting(drawing)
    upper, lower = (painted[round(tall * at)] for at in (0.2, 0.75))
    centres = [round((column + 0.5) * wide / 11) for column in range(11)]
    assert [upper[x] / 255 for x in centres] == pytest.approx([0.1, *np.linspace(0, 0.95, 20)[:10]], abs=0.01)
    assert [lower[x] / 255 for x in centres] == pytest.approx([*np.linspace(0, 0.95, 20)[10:], 0.9], abs=0.01)
    both = drawn("interpolation", {run: pair(0.5) | {"images": way} for run in ("ae", "vae")}, steps=20)
    assert texts(both).count("original") == texts(both).count("100%") * 2 == 4
