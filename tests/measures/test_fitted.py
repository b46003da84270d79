"""Probes adapt their parameters to the layout of the data, or of a judge's data, before anything is read."""

from __future__ import annotations

from typing import Any

import pytest

from report_builder.errors import ReportError
from report_builder.kinds import PROBES, Condition, Layout, Subject
from report_builder.measures.metrics import _axes
from report_builder.measures.probes import classified

NAMES = ("zero", "one", "two")
KNOWN = Layout((8, 8, 1), class_names=NAMES, conditions=(Condition("class", NAMES),))
UNKNOWN = Layout(None)


def fitted(kind: str, layout: Layout, **given: Any) -> dict[str, Any]:
    """Return the parameters of a probe, fitted to a layout."""
    probe = PROBES.get(kind)
    return probe.fitted(probe.parameters.model_validate(given), layout).model_dump(mode="json")


@pytest.mark.parametrize(
    ("classes", "layout", "told"),
    [
        (None, KNOWN, [*NAMES]),  # all of them, so that the facts of each can be named
        ([1, "two"], KNOWN, [1, "two"]),
        ([1, "cat"], UNKNOWN, [1, "cat"]),
        (None, UNKNOWN, None),
    ],
)
def test_classes_are_written_out(classes: Any, layout: Layout, told: Any) -> None:
    """Classes are those of the data as soon as they are known, including for images of another probe."""
    assert fitted("class_scores", layout, classes=classes)["classes"] == told
    if layout is KNOWN:
        for kind in ("classified", "features"):
            images = fitted(kind, layout, images={"kind": "conditional_samples", "classes": classes})["images"]
            assert (images["kind"], images["classes"]) == ("conditional_samples", told)


def test_classes_are_counted_from_the_last_one() -> None:
    """Negative numbers in pairs count classes from the last one, even if names are numbers; missing classes are refused."""
    digits = Layout((8, 8, 1), class_names=("1", "4", "8"))
    assert fitted("interpolation", digits, pairs=[[-1, -3], [4, "8"]])["pairs"] == [["8", "1"], [4, "8"]]
    assert fitted("interpolation", UNKNOWN, pairs=[[-1, 0]])["pairs"] == [[-1, 0]]
    for wrong in ([0, 1], [-4, 1], ["5", 1]):
        with pytest.raises(ReportError, match="no such class"):
            fitted("interpolation", digits, pairs=[wrong])


@pytest.mark.parametrize("kind", ["class_scores", "conditional_samples"])
def test_an_unknown_class_is_refused(kind: str) -> None:
    """An unknown class is refused before any training."""
    with pytest.raises(ReportError, match="three"):
        fitted(kind, KNOWN, classes=["three"])


@pytest.mark.parametrize(
    ("counted", "layout", "told"),
    [(None, KNOWN, None), ([0, "two"], KNOWN, ["zero", "two"]), ([0, "cat"], UNKNOWN, [0, "cat"]), (["cat"], KNOWN, ["cat"])],
)
def test_counted_classes_have_names(counted: Any, layout: Layout, told: Any) -> None:
    """Numbers refer to the classes of the images' data; names may belong to the judge only."""
    assert fitted("classified", layout, counted=counted)["counted"] == told


@pytest.mark.parametrize(
    ("counted", "layout", "told"),
    [
        (None, KNOWN, NAMES),
        (None, UNKNOWN, None),
        (("one",), KNOWN, ("one",)),
        (("cat",), UNKNOWN, ("cat",)),
        ((1,), KNOWN, (1,)),
    ],
)
def test_the_judge_knows_what_is_counted(counted: Any, layout: Layout, told: Any) -> None:
    """Without names, all classes of the judge are counted; a class that the judge lacks is refused once they are known."""
    assert classified.of_judge(classified.Parameters(counted=counted), layout).counted == told
    with pytest.raises(ReportError, match="Did you mean 'one'"):
        classified.of_judge(classified.Parameters(counted=("oen", "zero")), KNOWN)


@pytest.mark.parametrize(("latent_dim", "axes", "fits"), [(2, 2, True), (2, 3, False), (None, 9, True)])
def test_axes_of_a_code(latent_dim: int | None, axes: int, fits: bool) -> None:  # noqa: FBT001
    """More axes than the code has dimensions are refused before any training, unless the dimension is unknown."""
    subject = Subject("vae", "VAE", "MNIST", 1, latent_dim=latent_dim)
    if fits:
        _axes.check_run(axes, subject)
        return
    with pytest.raises(ReportError):
        _axes.check_run(axes, subject)
