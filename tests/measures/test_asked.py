"""Agreement of generated images with the requested condition, for known answers."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from report_builder.errors import ReportError
from report_builder.kinds import ProbeRequest
from report_builder.measures.metrics import accuracy, cell_asked, class_asked, outputs, untrained
from report_builder.measures.probes import class_scores, classified, conditional_samples


def everywhere(model, data, **parameters):
    """Return samples of every class in every cell."""
    return conditional_samples.measure(model, data, conditional_samples.Parameters(positions="all", **parameters))


def in_cells(arrays, **parameters):
    """Return the values of `cell_asked`."""
    return cell_asked.measure({"images": arrays}, cell_asked.Parameters(**parameters))


def test_a_model_that_paints_the_cell_asked_is_right_everywhere(painter, canvases):
    """S0-E09: six of six cells are right, given as whole numbers and with values per image for a standard error."""
    found = in_cells(everywhere(painter, canvases, classes=(1,)))
    assert (found["cell_asked"].value, found["cell_asked_count"].value, found["cell_asked_total"].value) == (1, 6, 6)
    assert found["cell_asked_ink"].value == 1
    assert found["cell_asked"].samples.tolist() == [1] * 6
    assert found["cell_asked"].units is None


def test_a_model_that_paints_another_cell_is_right_nowhere(make_painter, canvases):
    """Images painted one cell further to the right are wrong everywhere."""
    model = make_painter(lambda row, column: (row, (column + 1) % 3))
    found = in_cells(everywhere(model, canvases))
    assert (found["cell_asked"].value, found["cell_asked_count"].value, found["cell_asked_ink"].value) == (0, 0, 0)


def test_a_transposed_panel_is_seen(make_painter, canvases):
    """S0-E22: a model that confuses row and column is right only on the diagonal."""
    model = make_painter(lambda row, column: (min(column, 1), row))
    right = in_cells(everywhere(model, canvases, classes=(0,)))["cell_asked"].samples
    assert right.reshape(2, 3).tolist() == [[1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(("elsewhere", "right"), [(0.09, 1), (0.12, 0)])
def test_a_tenth_of_the_ink_may_lie_elsewhere(elsewhere, right):
    """The requested cell must hold at least the threshold of all ink: 1 of 1.09 is enough for 0.9, 1 of 1.12 is not."""
    images = np.zeros((1, 2, 2, 1))
    images[0, 0, 1], images[0, 1, 0] = 1, elsewhere
    arrays = {"images": images, "cells": np.array([2, 2]), "asked_row": np.array([0]), "asked_column": np.array([1])}
    assert in_cells(arrays | {"value_range": np.array([0.0, 1.0])})["cell_asked"].value == right


def test_a_blank_image_stands_in_no_cell(canvases):
    """Black in [-1, 1] does not count as ink, so that an empty canvas is not right by accident."""
    arrays = {"images": -np.ones((1, 4, 4, 1)), "cells": np.array([2, 2]), "value_range": np.array([-1.0, 1.0])}
    found = in_cells(arrays | {"asked_row": np.array([0]), "asked_column": np.array([0])}, threshold=0.1)
    assert (found["cell_asked"].value, found["cell_asked_ink"].value) == (0, 0)


def test_images_without_a_position_have_no_cell():
    """Images for which no position was requested are refused."""
    with pytest.raises(ReportError, match="no position was requested"):
        in_cells({"images": np.zeros((1, 4, 4, 1))})


def judged(model, data, judge, **parameters):
    """Return samples with the judge's probabilities."""
    asked = classified.Parameters(images={"kind": "conditional_samples", **parameters})
    return classified.measure(model, data, asked, judge)


def asked_by(arrays):
    """Return the values of `class_asked`."""
    return class_asked.measure({"images": arrays}, class_asked.Parameters(judge="reference"))


def test_the_judge_sees_the_cell_asked_in_its_own_range(painter, canvases, judge):
    """The requested cell of each canvas is cut out and scaled to the judge's pixel range; classes are matched by name."""
    found = asked_by(judged(painter, canvases, judge, positions="all", classes=["a", "b", "c"]))
    assert (found["class_asked"].value, found["class_asked_count"].value, found["class_asked_total"].value) == (1, 18, 18)
    assert [found[f"class_asked_{name}"].n for name in "abc"] == [6, 6, 6]
    assert found["confidence"].value > 0.99


def test_a_digit_in_the_wrong_cell_is_not_recognised(make_painter, canvases, judge):
    """A judge that sees only the requested cell does not recognise a digit elsewhere: class c is never seen."""
    model = make_painter(lambda row, column: (1 - row, column))
    assert asked_by(judged(model, canvases, judge, positions="all", classes=["c"]))["class_asked_c"].value == 0


def test_a_class_taken_for_another_counts_against_its_own(painter, canvases, judge):
    """A model that draws a b for every a is right in two of three classes, and the facts say which."""
    whole = painter.decode
    no_a = np.array([[0, 1, 0], [0, 1, 0], [0, 0, 1]])
    painter.decode = lambda z, condition: whole(z, np.concatenate([condition[:, :3] @ no_a, condition[:, 3:]], axis=1))
    found = asked_by(judged(painter, canvases, judge, classes=["a", "b", "c"], per_condition=4))
    assert found["class_asked"].value == pytest.approx(2 / 3)
    assert [found[f"class_asked_{name}"].value for name in "abc"] == [0, 1, 1]


def test_another_shape_is_refused(painter, canvases, judge):
    """If the shape of the judge's images is not that of the cells, the message gives both shapes."""
    other = type(judge)(judge.classify, (3, 3, 1), judge.value_range, judge.class_names)
    with pytest.raises(ReportError, match=r"2 × 2 × 1 \(the cell asked\)(.|\n)*3 × 3 × 1"):
        judged(painter, canvases, other)


def test_a_class_that_the_judge_does_not_know(painter, canvases, judge):
    """A judge that lacks a requested class is refused."""
    other = type(judge)(judge.classify, judge.image_shape, judge.value_range, ("b", "a", "boot"))
    with pytest.raises(ReportError, match=r"does not know a class asked(.|\n)*Received: c"):
        asked_by(judged(painter, canvases, other))


def test_an_inner_probe_is_resolved():
    """Parameters of judged images include every parameter of their probe, and a mistake in them is reported by name."""
    resolved = classified.Parameters(images={"kind": "samples"})
    assert resolved.images == {"kind": "samples", "n": 100, "seed": 0, "conditions": "in_turn"}
    assert classified.KIND.uses(resolved) == ("samples",)
    encoded = classified.Parameters(images={"kind": "conditional_samples", "z": "encoded"})
    assert classified.KIND.all_needs(encoded) >= {"encode", "sample_condition"}
    assert [classified.KIND.noise(each) for each in (resolved, encoded)] == ["draws", "images"]
    for wrong, message in (({"kind": "samples", "m": 1}, "m: Extra"), ({"kind": "sample"}, "probe that gives images")):
        with pytest.raises(ValidationError, match=message):
            classified.Parameters(images=wrong)


def test_images_of_a_figure_are_judged():
    """A figure's request, judged by another run or by none, becomes a request for the metric's judge."""
    parameters = class_asked.Parameters(judge="reference", of="panel")
    plain = ProbeRequest("conditional_samples", {"seed": 3}, run="cvae", needs=frozenset({"encode"}))
    wanted = ProbeRequest("classified", {"images": {"kind": "conditional_samples", "seed": 3}}, "cvae", None, "reference")
    assert vars(class_asked.of_figure(parameters, plain)) == vars(wanted) | {"needs": frozenset({"encode"})}
    assert class_asked.of_figure(parameters, class_asked.of_figure(parameters, plain)).parameters == wanted.parameters
    assert [quantity.name for quantity in class_asked.values(parameters, {"images": wanted})] == [
        *("class_asked", "class_asked_count", "class_asked_total", "confidence")
    ]


class Sure:
    """A classifier that always predicts the first class with probability 3/4."""

    def classify(self, x):
        """Return probability 3/4 for the first class."""
        return np.tile([0.75, 0.25, 0.0], (len(x), 1))


def test_accuracy_of_a_constant_classifier(data):
    """A constant classifier has accuracy 1/3 on three balanced classes: four of twelve, all of the first class, none else."""
    scores = class_scores.measure(Sure(), data, class_scores.Parameters(classes=("a", "b", "c")))
    found = accuracy.measure({"scores": scores}, accuracy.Parameters())
    assert found["accuracy"].value == pytest.approx(1 / 3)
    assert (found["accuracy_count"].value, found["accuracy_total"].value) == (4, 12)
    assert [found[f"accuracy_{name}"].value for name in "abc"] == [1, 0, 0]
    assert found["confidence"].value == 0.75


def test_accuracy_of_some_classes(data):
    """Only images of the given classes are classified, in the order of the split."""
    scores = class_scores.measure(Sure(), data, class_scores.Parameters(classes=("c", 0)))
    assert scores["index"].tolist() == [0, 2, 3, 5, 6, 8, 9, 11]
    assert accuracy.measure({"scores": scores}, accuracy.Parameters())["accuracy"].value == 0.5


def test_outputs_for_one_image(data):
    """The facts are the probabilities of the given classes and the most probable class; an index past the end is refused."""
    scores = class_scores.measure(Sure(), data, class_scores.Parameters(classes=("c", "a")))
    request = {"scores": ProbeRequest("class_scores", {"classes": ["c", "a"]})}
    found = outputs.measure({"scores": scores}, outputs.Parameters(image=7))
    assert {name: each.value for name, each in found.items()} == {"output_class": "a", "output_c": 0.0, "output_a": 0.75}
    assert [quantity.name for quantity in outputs.values(outputs.Parameters(), request)] == [*found]
    with pytest.raises(ReportError, match="has 8 images"):
        outputs.measure({"scores": scores}, outputs.Parameters(image=8))


def test_an_untrained_discriminator_near_zero_is_undecided():
    """S0-F40: logits near zero give probabilities near 0.5; the share above 0.5 is counted only in the untrained state."""
    logits = np.stack([np.array([0.002, -0.001, 0.004, 0.001]), np.full(4, 9.0)])
    found = untrained.measure({"progress": {"logits": logits}}, untrained.KIND.parameters())
    assert found["untrained_logit"].value == pytest.approx(0.0015)
    assert found["untrained_probability"].value == pytest.approx(0.500375, abs=1e-6)
    assert found["untrained_real"].value == 0.75


def test_a_run_without_discriminator_has_no_logits():
    """A run that stored no logits is refused."""
    with pytest.raises(ReportError, match="no discriminator"):
        untrained.measure({"progress": {"images": np.zeros((2, 4, 8, 8, 1))}}, untrained.KIND.parameters())
