"""Whether the codes of different classes lie apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


class Parameters(Base):
    """Which codes are measured, and how many neighbours vote."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(
        default=2000, ge=10, description="How many images, drawn at random; null: all. Compare only equal numbers."
    )
    k: int = Field(default=5, ge=1, description="Nearest other codes that vote for the class of a code.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The codes."""
    return {"codes": ProbeRequest("codes", {"split": parameters.split, "n": parameters.n})}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Two values, whatever the parameters."""
    return ["code_knn_accuracy", "code_silhouette"]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """How well classes are told apart by the Euclidean distance of codes, over all dimensions.

    `code_knn_accuracy` is the share of codes whose class is that of most of their `k` nearest other codes (leave one out; of
    classes with as many votes the nearest wins). `code_silhouette` is the mean silhouette of the codes by class (Rousseeuw
    1987): 1 where classes are far apart, 0 where they touch, below where they lie in each other.

    Raises:
        ReportError: there are no more than `k` codes, or all are of one class.
    """
    from report_builder.measures._mathematics.neighbours import nearest
    from report_builder.measures.metrics._clusters import majority, silhouette

    z, y, k = arrays["codes"]["z_mean"].astype("float64"), arrays["codes"]["y"], parameters.k
    n = len(z)
    if n <= k:
        raise ReportError(Problem("", "fewer other codes than neighbours that vote", f"k: {k}", f"Allowed: 1 to {n - 1}."))
    if len(set(y.tolist())) < 2:
        raise ReportError(Problem("", "codes of one class only cannot be told apart", next_step="Measure more images."))
    right = (majority(y[nearest(z, z, k, skip_self=True)[0]]) == y).astype("float64")
    silhouettes = silhouette(z, y)
    vote = f"share of codes with the class of most of {k} nearest others"
    mean = "silhouette of codes by class, mean over images"
    return [
        Value("code_knn_accuracy", float(right.mean()), "", "higher", vote, n, right),
        Value("code_silhouette", float(silhouettes.mean()), "", "higher", mean, n, silhouettes),
    ]
