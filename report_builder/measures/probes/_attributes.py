"""Images with an attribute, and the corresponding direction in the latent space."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from report_builder import kinds
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import ImageData, Layout, Split, Trained
from report_builder.measures.probes._batches import DRAW, encode, given_to
from report_builder.measures.probes._pairs import class_number

RIDGE = 1e-6  # relative to the mean variance, so that collapsed coordinates do not make the covariance singular


def check_attribute(chosen: int | str, layout: Layout) -> None:
    """Refuse a name that is neither an attribute nor a class, as far as these are known before the data is read.

    Raises:
        ReportError: if the data has no such attribute and no such class.
    """
    names, classes = layout.attribute_names, layout.class_names
    if names is None or classes is None or chosen in names or chosen in classes:
        return
    try:
        kinds.class_number(chosen, classes)
    except ReportError:
        rule, known = "the data has no such attribute and no such class", [*names, *classes]
        raise ReportError(Problem("", rule, repr(chosen), near_miss(str(chosen), known))) from None


def has_attribute(data: ImageData, part: Split, chosen: int | str) -> np.ndarray:
    """Return whether each image has an attribute, `(n,)` bool; a class, by number or name, counts as one."""
    if chosen in data.attribute_names and part.attributes is not None:
        return np.asarray(part.attributes[:, data.attribute_names.index(str(chosen))] > 0)
    return np.asarray(part.y == class_number(chosen, data))


@dataclass
class Means:
    """Running means of codes with and without an attribute, and their scatter.

    Attributes:
        counts: number of images without and with the attribute, `(2,)`.
        sums: sums of their codes, `(2, d)`.
        squares: sum of the outer products of all codes, `(d, d)`.
        rows: for each batch: number of images with the attribute so far, shift of the mean with and of that without it,
            distance of the means, change of that distance.
    """

    counts: np.ndarray
    sums: np.ndarray
    squares: np.ndarray
    rows: list[tuple[float, ...]] = field(default_factory=list)

    @classmethod
    def of_dimension(cls, d: int) -> Means:
        """Create means of `d`-dimensional codes without any images."""
        return cls(np.zeros(2), np.zeros((2, d)), np.zeros((d, d)))

    @property
    def means(self) -> np.ndarray:
        """Mean codes without and with the attribute, `(2, d)`; the origin if there are no such images yet."""
        return np.asarray(self.sums / np.maximum(self.counts, 1)[:, None])

    @property
    def vector(self) -> np.ndarray:
        """Mean code with the attribute minus that without it, `(d,)`."""
        without, with_it = self.means
        return np.asarray(with_it - without)

    def add(self, z: np.ndarray, has: np.ndarray) -> float:
        """Add a batch of codes `(n, d)` and return the sum of the shifts of both means."""
        before, distance = self.means, float(np.linalg.norm(self.vector))
        for place, chosen in enumerate((~has, has)):
            self.counts[place] += chosen.sum()
            self.sums[place] += z[chosen].sum(axis=0)
        self.squares += z.T @ z
        without, with_it = np.linalg.norm(self.means - before, axis=1)
        now = float(np.linalg.norm(self.vector))
        self.rows.append((self.counts[1], with_it, without, now, now - distance))
        return float(with_it + without)

    def discriminant(self) -> tuple[np.ndarray, float]:
        """Return Fisher's linear discriminant: weights `(d,)` and bias; codes with the attribute score positively.

        The pooled covariance is that of all codes around the mean of their group; the threshold is halfway between the means
        (Fisher 1936).
        """
        within = self.squares - sum(n * np.outer(mean, mean) for n, mean in zip(self.counts, self.means, strict=True))
        within = within / self.counts.sum()
        ridge = RIDGE * max(float(np.trace(within)) / len(within), 1e-12)
        weights = np.linalg.solve(within + ridge * np.eye(len(within)), self.vector)
        return weights, -float(weights @ self.means.mean(axis=0))


def attribute_means(
    model: Trained, data: ImageData, part: Split, chosen: int | str, *, batch: int, tolerance: float | None
) -> Means:
    """Compute mean codes over random batches, until the means shift by less than the tolerance in one batch.

    Raises:
        ReportError: if all or none of the images have the attribute.
    """
    has, condition, found = has_attribute(data, part, chosen), given_to(model, part), None
    drawn = np.random.default_rng(DRAW).permutation(len(has))  # the first images are not a random sample
    for start in range(0, len(has), batch):
        here = drawn[start : start + batch]
        z = encode(model, part.x[here], None if condition is None else condition[here]).astype(np.float64)
        found = found or Means.of_dimension(z.shape[1])
        moved = found.add(z, has[here])
        if tolerance is not None and moved < tolerance and found.counts.all():
            break
    if found is None or not found.counts.all():
        rule = "the vector of an attribute needs images with it and without it"
        received = f"{chosen!r}: {int(has.sum())} of {len(has)} images have it"
        raise ReportError(Problem("", rule, received, next_step="Choose another attribute or split."))
    return found
