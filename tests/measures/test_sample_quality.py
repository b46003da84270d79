"""What a judge says of images as a whole: answers known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import ProbeRequest
from report_builder.measures.metrics import recognised, sample_quality
from report_builder.measures.probes import classified, features, samples


def quality(probability, **parameters):
    """What `sample_quality` finds of images of which the judge says this."""
    arrays = {"images": {"probability": np.array(probability, dtype=np.float32)}}
    return sample_quality.measure(arrays, sample_quality.Parameters(judge="cnn", **parameters))


def test_sure_of_every_class_equally_often_is_the_best():
    """Every class once without doubt: confidence 1, all classes, entropy log k, a score of k."""
    found = quality(np.eye(4))
    assert [found[n].value for n in ("confidence", "confident", "classes_covered", "class_coverage")] == [1, 1, 4, 1]
    assert found["class_entropy"].value == pytest.approx(np.log(4))
    assert found["class_entropy_relative"].value == pytest.approx(1)
    assert found["inception_score"].value == pytest.approx(4)


@pytest.mark.parametrize("probability", [np.tile([1.0, 0, 0, 0], (6, 1)), np.full((6, 4), 0.25)])
def test_one_class_and_no_idea_both_score_one(probability):
    """A collapsed model and one whose images say nothing tell the judge nothing by which image it is."""
    found = quality(probability)
    assert found["inception_score"].value == pytest.approx(1)
    assert (found["classes_covered"].value, found["class_entropy"].value) == (1, 0)


def test_two_classes_in_unequal_shares():
    """Entropy and score of 3 to 1 by hand: H = log 4 - (3/4) log 3, and exp of it for a judge without doubt."""
    found = quality([[1, 0]] * 3 + [[0, 1]])
    entropy = np.log(4) - 0.75 * np.log(3)
    assert found["class_entropy"].value == pytest.approx(entropy)
    assert found["inception_score"].value == pytest.approx(np.exp(entropy))


def test_the_thresholds_decide_what_counts():
    """Confident is above the threshold; a class appears from the least share on."""
    rows = [[0.95, 0.05]] * 98 + [[0.2, 0.8]] * 2
    assert quality(rows)["confident"].value == pytest.approx(0.98)
    assert quality(rows, threshold=0.7)["confident"].value == 1
    assert [quality(rows, least_share=share)["classes_covered"].value for share in (0.02, 0.03)] == [2, 1]


def test_only_the_classes_of_the_data_can_be_covered():
    """Of a model of two classes, judged by one that knows four, both make the whole; another class is none of them."""
    rows = np.eye(4, dtype=np.float32)[[1, 3, 1, 3, 0]]
    arrays = {"probability": rows, "judge_names": np.array(["a", "b", "c", "d"]), "class_names": np.array(["d", "b"])}
    found = {
        name: each.value
        for name, each in sample_quality.measure({"images": arrays}, sample_quality.Parameters(judge="cnn")).items()
    }
    assert (found["classes_covered"], found["class_coverage"]) == (2, 1)
    assert found["class_entropy_relative"] == pytest.approx(1)
    with pytest.raises(ReportError, match="no class of the data"):
        sample_quality.measure({"images": arrays | {"class_names": np.array(["x"])}}, sample_quality.Parameters(judge="cnn"))


def cells(probability, counted):
    """What `recognised` finds of cells of which the judge says this."""
    arrays = {"probability": np.array(probability), "judge_names": np.array(["a", "b c", "d"]), "counted": np.array(counted)}
    return recognised.measure({"images": arrays}, recognised.Parameters(judge="cnn", of="grid"))


def test_cells_that_show_something():
    """S0-E12: of four cells three are recognised, as two classes; the shares of the classes sum to the whole."""
    found = cells([[0.95, 0.05, 0], [0.05, 0.95, 0], [0.9, 0, 0.1], [0.5, 0.4, 0.1]], ["a", "b c", "d"])
    assert [each.value for each in found.values()] == [0.75, 3, 4, 2, 0.5, 0.25, 0]
    assert sum(found[f"recognised_{name}"].value for name in ("a", "b-c", "d")) == found["recognised"].value
    assert found["recognised"].samples.tolist() == [1, 1, 1, 0]
    request = ProbeRequest("classified", {"images": {"kind": "decode_grid"}, "counted": ["a", "b c", "d"]})
    known = recognised.values(recognised.Parameters(judge="cnn"), {"images": request})
    assert [quantity.name for quantity in known] == list(found)


def test_classes_that_are_not_known_beforehand_are_not_named():
    """Where the judge's data does not tell its classes there are four values."""
    request = ProbeRequest("classified", {"images": {"kind": "decode_grid"}, "counted": None})
    assert len(recognised.values(recognised.Parameters(judge="cnn"), {"images": request})) == 4


def test_a_conditional_model_is_asked_as_the_training_images_ask(painter, canvases, judge):
    """Conditions come from training images, each once before any comes twice, so classes and cells are as frequent as there."""
    arrays = samples.measure(painter, canvases, samples.Parameters(n=72, seed=1, conditions="drawn"))
    assert np.bincount(arrays["asked_class"]).tolist() == [24, 24, 24]
    assert set(zip(arrays["asked_row"].tolist(), arrays["asked_column"].tolist(), strict=True)) == {
        (row, column) for row in range(2) for column in range(3)
    }
    images = {"kind": "samples", "n": 36}
    seen = classified.measure(painter, canvases, classified.Parameters(images=images), judge)
    assert (seen["judge_names"][seen["probability"].argmax(axis=1)] == seen["class_names"][seen["asked_class"]]).all()


def test_an_unconditional_model_is_asked_for_nothing(data):
    """A model that takes no condition draws from its prior alone."""

    class Plain:
        takes, provides, pixels = ("x",), frozenset({"sample"}), "Bernoulli"

        def sample(self, n, seed):
            """As bright as the seed."""
            return np.full((n, 4, 4, 1), seed, np.float32)

    arrays = samples.measure(Plain(), data, samples.Parameters(n=3, seed=5))
    assert set(arrays) == {"images", "value_range", "class_names"}
    assert (arrays["images"] == 5).all()


def test_a_judge_sees_the_cell_in_which_a_real_image_stands(painter, canvases, judge):
    """Of a real canvas the judge sees the cell with the digit, in its own range."""
    seeing = type(judge)(judge.classify, (2, 2, 1), (-1.0, 1.0), judge.class_names, lambda images: images[:, 0])
    found = features.measure(None, canvases, features.Parameters(images={"kind": "images"}), seeing)
    expected = 2 * (0.4 + 0.2 * (np.arange(36) % 3)) - 1
    np.testing.assert_allclose(found["features"], np.stack([expected, expected], axis=1), atol=1e-6)
    assert found["index"].tolist() == list(range(36))
