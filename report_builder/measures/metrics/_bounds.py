"""Labels for bounds on the log-likelihood, since those of different pixel distributions are not comparable."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from report_builder.records import frozen

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, Measured

CAUTION = (
    "the pixels are grey: their cross-entropy lacks a normaliser, so that it is no likelihood, and this is no bound of one. "
    "'reconstruction: continuous_bernoulli' has the normaliser; the data step binarise makes pixels of 0 and 1"
)


@frozen
class Bounded:
    """What a bound refers to.

    Attributes:
        given: distribution of the pixels, and what the model is conditioned on: log p(x|c) is not log p(x).
        grey: whether it is only the cross-entropy of grey pixels, which is not a likelihood.
    """

    given: str
    grey: bool

    def named(self, name: str, measured: Measured) -> Measured:
        """Label the value; a mere cross-entropy gets another title and a caution."""
        if not self.grey:
            return replace(measured, given=self.given)
        return replace(measured, given=self.given, title=f"{name}_grey", caution=CAUTION)


def bounded_by(arrays: Arrays) -> Bounded:
    """Return what the terms refer to, from the arrays of a probe that computes them."""
    pixels, given = str(arrays.get("pixels", "Bernoulli")), str(arrays.get("given", ""))
    grey = pixels == "Bernoulli" and bool(arrays.get("grey", False))
    of = "cross-entropy of grey pixels, no likelihood" if grey else f"{pixels} pixels"
    return Bounded(f"{of}, given the {given} of each image" if given else of, grey)
