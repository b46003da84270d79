"""How well the codes of different classes are separated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures._arrays import units_of
from report_builder.measures._parameters import OfSplit, Size

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


class Parameters(OfSplit):
    """The codes to measure, and the number of neighbours that vote."""

    n: Size = Field(default=2000, ge=10, description="How many images, drawn at random; null: all. Compare only equal numbers.")
    k: int = Field(default=5, ge=1, description="Nearest other codes that vote for the class of a code.")


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the codes."""
    return {"codes": ProbeRequest("codes", {"split": parameters.split, "n": parameters.n})}


def values(parameters: Parameters, _: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare the accuracy of the neighbour vote, and the silhouette."""
    vote = f"share of codes with the class of most of {parameters.k} nearest others"
    return (
        Quantity("code_knn_accuracy", "", "higher", "images", vote),
        Quantity("code_silhouette", "", "higher", "images", "silhouette of codes by class, mean over images"),
    )


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure the separation of the classes by the Euclidean distance of codes, over all dimensions.

    `code_knn_accuracy` is the leave-one-out accuracy of a majority vote of the `k` nearest other codes; ties go to the class of
    the nearest. `code_silhouette` is the mean silhouette of the codes by class (Rousseeuw 1987): 1 for classes far apart, 0 for
    touching and negative for overlapping ones.

    Raises:
        ReportError: if there are no more than `k` codes, or all are of one class.
    """
    from report_builder.measures._mathematics.neighbours import nearest
    from report_builder.measures.metrics._clusters import majority, silhouette

    z, y, k = arrays["codes"]["z_mean"].astype("float64"), arrays["codes"]["y"], parameters.k
    n, units = len(z), units_of(arrays["codes"], len(z))
    if n <= k:
        raise ReportError(Problem("", "fewer other codes than neighbours that vote", f"k: {k}", f"Allowed: 1 to {n - 1}."))
    if len(set(y.tolist())) < 2:
        raise ReportError(Problem("", "all codes are of one class", next_step="Measure more images."))
    right = (majority(y[nearest(z, z, k, skip_self=True)[0]]) == y).astype("float64")
    return {"code_knn_accuracy": Measured.mean(right, units), "code_silhouette": Measured.mean(silhouette(z, y), units)}


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
