"""Features of images of another probe in the last hidden layer of a classifier, for comparing distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report_builder.kinds import Probe
from report_builder.measures.probes import _judged_images

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Judge, Trained


class Parameters(_judged_images.Parameters):
    """The images that the classifier sees."""


def measure(model: Trained, data: ImageData, parameters: Parameters, judge: Judge) -> Arrays:
    """Compute the inputs of the classifier's last layer; the images themselves are not stored again.

    Returns:
        `features` (n, d) float32; for images of a split `index` (n,) int64, their indices in it; if they are the originals and
        not reconstructions, `split` (), unicode, its name.

    Raises:
        ReportError: if the images have another shape than those that the judge was trained on, or it provides no features.
    """
    from report_builder.errors import Problem, ReportError
    from report_builder.measures.probes._batches import in_batches

    if judge.features is None:
        raise ReportError(Problem("", "the judge does not provide features"))
    arrays, seen = _judged_images.arrays_seen(model, data, parameters, judge)
    found = in_batches(judge.features, seen)
    places = {name: arrays[name] for name in ("index", "split") if name in arrays}
    return {"features": found.reshape(len(found), -1)} | places


KIND = Probe(
    parameters=Parameters,
    judged=measure,
    needs_for=_judged_images.needs_for,
    uses=_judged_images.uses,
    noise=_judged_images.noise,
    fitted=_judged_images.fitted,
    judge_needs=frozenset({"features"}),
)
