"""Which distribution a bound of the log-likelihood belongs to; bounds of different ones are on no one scale."""

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
    """What is bounded.

    Attributes:
        given: distribution of the pixels, and what is given beside the code: log p(x|c) is not log p(x).
        grey: it is the cross-entropy of grey pixels instead.
    """

    given: str
    grey: bool

    def named(self, name: str, measured: Measured) -> Measured:
        """The number under the name that it deserves, with a caution where that is not its own."""
        if not self.grey:
            return replace(measured, given=self.given)
        return replace(measured, given=self.given, title=f"{name}_grey", caution=CAUTION)


def bounded_by(arrays: Arrays) -> Bounded:
    """By the arrays of a probe that gives terms of a bound."""
    pixels, given = str(arrays.get("pixels", "Bernoulli")), str(arrays.get("given", ""))
    grey = pixels == "Bernoulli" and bool(arrays.get("grey", False))
    of = "cross-entropy of grey pixels, no likelihood" if grey else f"{pixels} pixels"
    return Bounded(f"{of}, given the {given} of each image" if given else of, grey)
