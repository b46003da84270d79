"""The vector of an attribute: its estimate, and the effect of adding it."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import ImageData, Layout, Split
from report_builder.measures.metrics import attribute_effect
from report_builder.measures.probes import attribute_vector
from report_builder.measures.probes._attributes import attribute_means
from report_builder.measures.probes._batches import DRAW

SHIFT = np.array([3.0, -1.0])


@pytest.fixture
def people():
    """Four hundred images with random codes to which the attribute `smile` adds (3, -1); two balanced classes."""
    random = np.random.default_rng(0)
    has = np.arange(400) % 4 == 0
    codes = random.normal(size=(400, 2)) * [1.0, 0.2] + has[:, None] * SHIFT
    x = np.zeros((400, 4, 4, 1), dtype=np.float32)
    x[:, 0, :2, 0] = codes
    attributes = np.stack([np.zeros(400), has], axis=1).astype(np.uint8)
    split = Split(x, np.arange(400) % 2, attributes=attributes)
    return ImageData({"train": split, "test": split}, ("even", "odd"), (-9.0, 9.0), attribute_names=("hat", "smile"))


def means(data, codes):
    """Return the mean code with the attribute minus the mean code without it, computed directly."""
    has = data.splits["train"].attributes[:, 1] > 0
    return codes[has].mean(axis=0) - codes[~has].mean(axis=0)


def measured(model, data, **parameters):
    """Return the arrays of the probe."""
    return attribute_vector.measure(
        model, data, attribute_vector.Parameters(**{"attribute": "smile", "batch": 50} | parameters)
    )


def test_the_vector_is_the_difference_of_the_means(model, people):
    """S3-F43: over all images, the vector is the difference of the two mean codes, for any batch size."""
    codes = people.splits["train"].x[:, 0, :2, 0].astype(np.float64)
    for batch in (7, 400):
        found = measured(model, people, batch=batch, tolerance=None)
        np.testing.assert_allclose(found["vector"], means(people, codes), rtol=1e-6)
        assert found["seen"][-1] == 100


def test_multiples_of_it_are_added_to_the_codes(model, people):
    """Codes are moved by the multiples of the vector, column by column, and stay in place in the column of zero."""
    found = measured(model, people, multiples=(-1.0, 0.0, 0.5), n=3)
    codes = people.splits["test"].x[found["index"], 0, :2, 0]
    decoded = found["images"][:, :, 0, :2, 0]
    np.testing.assert_allclose(decoded[:, 1], codes, atol=1e-6)
    np.testing.assert_allclose(decoded[:, 2] - codes, np.tile(found["vector"] / 2, (3, 1)), atol=1e-5)
    assert found["has"].tolist() == (people.splits["test"].attributes[found["index"], 1] > 0).tolist()


def test_its_convergence_is_told_batch_by_batch(model, people):
    """S3-F35: each batch reports images with the attribute, moves of both means, distance and its change, from 0 on."""
    found = measured(model, people, tolerance=None)
    drawn = np.random.default_rng(DRAW).permutation(len(people.splits["train"].y))
    train = people.splits["train"].take(drawn)
    codes, has = train.x[:, 0, :2, 0].astype(np.float64), train.attributes[:, 1] > 0
    first, second = (codes[: 50 * k][has[: 50 * k]].mean(axis=0) for k in (1, 2))
    assert found["seen"].tolist()[:3] == [int(has[: 50 * k].sum()) for k in (1, 2, 3)]
    np.testing.assert_allclose(found["moved_with"][:2], [np.linalg.norm(first), np.linalg.norm(second - first)], rtol=1e-5)
    np.testing.assert_allclose(np.cumsum(found["change"]), found["distance"])
    assert found["distance"][-1] == pytest.approx(np.linalg.norm(found["vector"]))


def test_it_is_found_when_the_means_hardly_move(model, people):
    """Batches are taken until both means together move by less than the tolerance."""
    rows = measured(model, people, tolerance=None)
    moved = rows["moved_with"] + rows["moved_without"]
    tolerance = float(np.median(moved))
    stopped = measured(model, people, tolerance=tolerance)
    last = len(stopped["seen"])
    assert last < len(moved)
    assert moved[last - 1] < tolerance
    assert (moved[: last - 1] >= tolerance).all()


def test_the_discriminant_divides_as_fisher_says(people, model):
    """Weights are the inverse pooled covariance times the vector, and the score is zero midway between the means."""
    found = attribute_means(model, people, people.splits["train"], "smile", batch=60, tolerance=None)
    weights, bias = found.discriminant()
    codes, has = people.splits["train"].x[:, 0, :2, 0].astype(np.float64), people.splits["train"].attributes[:, 1] > 0
    centred = np.where(has[:, None], codes - codes[has].mean(axis=0), codes - codes[~has].mean(axis=0))
    np.testing.assert_allclose(weights, np.linalg.solve(centred.T @ centred / 400, found.vector), rtol=1e-4)
    assert found.means.mean(axis=0) @ weights + bias == pytest.approx(0, abs=1e-9)


def test_a_class_counts_as_an_attribute(model, people):
    """For data without attributes, the vector is that of a class, given by name or number."""
    by_name, by_number = (measured(model, people, attribute=chosen, n=4) for chosen in ("odd", 1))
    np.testing.assert_array_equal(by_name["vector"], by_number["vector"])
    assert by_number["has"].tolist() == [0, 1, 0, 1]
    assert by_number["attribute"] == "odd"


def test_what_nobody_has_is_refused(model, people):
    """An attribute that no image has gives no vector, and one that the data lacks is refused before any measurement."""
    with pytest.raises(ReportError, match="0 of 400 images have it"):
        measured(model, people, attribute="hat")
    layout = Layout((4, 4, 1), class_names=("even", "odd"), attribute_names=("hat", "smile"))
    with pytest.raises(ReportError, match="Did you mean 'smile'"):
        attribute_vector.fitted(attribute_vector.Parameters(attribute="smlie"), layout)
    for known in ("smile", "odd", 1):
        assert attribute_vector.fitted(attribute_vector.Parameters(attribute=known), layout).attribute == known


def named(found):
    """Return values by the last part of their names."""
    return {name.removeprefix("attribute_smile_"): each.value for name, each in found.items()}


def effect(model, data, **parameters):
    """Return the metric's values by the last part of their names."""
    asked = attribute_effect.Parameters(**{"attribute": "smile", "n": 400} | parameters)
    request = attribute_effect.reads(asked)["images"]
    arrays = attribute_vector.measure(model, data, attribute_vector.Parameters(**request.parameters))
    return named(attribute_effect.measure({"images": arrays}, asked))


def test_adding_the_vector_adds_the_attribute(model, people):
    """S2-E09: if the code holds the attribute, adding the vector gives it to most images, and subtracting removes it."""
    found = effect(model, people)
    assert found["added"] > 0.95
    assert found["removed"] > 0.95
    assert found["added_before"] < 0.1
    assert found["recognised"] > 0.9
    assert found["vector_length"] == pytest.approx(np.hypot(3, 1), abs=0.3)


def test_a_decoder_that_ignores_the_vector_has_no_effect(model, people):
    """If the decoder ignores the vector, images have the attribute as often after adding it as before."""
    model.decode = lambda z: np.repeat(people.splits["test"].x[:400], 3, axis=0)[: len(z)]
    model.decode.__name__ = "decode"
    found = effect(model, people)
    assert found["added"] == found["added_before"]
    assert found["removed"] == found["removed_before"]


def test_a_judge_looks_at_the_images(people):
    """The judge's class of the attribute's name decides, and a judge without such a class is refused."""
    probability = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8], [0.6, 0.4], [0.6, 0.4]])
    arrays = {"probability": probability, "judge_names": np.array(["no", "smile"]), "score": np.zeros((2, 3))}
    arrays |= {"has": np.array([0, 1]), "attribute": np.array("smile"), "vector": SHIFT, "seen": np.array([5])}
    parameters = attribute_effect.Parameters(attribute="smile", judge="cnn")
    assert attribute_effect.reads(parameters)["images"].judge == "cnn"
    found = named(attribute_effect.measure({"images": arrays}, parameters))
    assert (found["added"], found["added_before"], found["removed"], found["removed_before"]) == (1, 0, 0, 1)
    with pytest.raises(ReportError, match="no class of the attribute's name"):
        attribute_effect.measure({"images": arrays | {"judge_names": np.array(["a", "b"])}}, parameters)
