"""Names, units and axes of logged terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from report_builder.languages import Language

ADVERSARIAL = ("generator_loss", "discriminator_loss")
UNITS = dict.fromkeys(("loss", "reconstruction_loss", "kl_loss", *ADVERSARIAL), "nats/image") | {"epoch_time": "s"}
PROBABILITIES = ("discriminator_real", "discriminator_fake")  # that the discriminator gives to "real"
HELD_OUT = ("val", "test")  # prefixes of terms on images that were not trained on
PARTS = {"train": "legend.train", "val": "legend.validation", "test": "legend.test"}


def unprefixed(term: str) -> str:
    """The term that was logged on the training images."""
    part, _, rest = term.partition("_")
    return rest if part in HELD_OUT else term


def term_name(language: Language, term: str) -> str:
    """A logged term as printed; one on held-out images says so."""
    if language.has(f"terms.{term}"):
        return language.word(f"terms.{term}")
    part, _, rest = term.partition("_")
    if part in HELD_OUT and language.has(f"terms.{rest}"):
        return language.word("terms.held_out", term=language.word(f"terms.{rest}"), part=language.word(PARTS[part]))
    return term


def common_name(language: Language, terms: Sequence[str]) -> str:
    """What terms that share an axis are: the name of the only one, losses, probabilities, or just values; its unit apart."""
    if len(terms) == 1:
        return term_name(language, terms[0])
    if all(term.endswith("loss") for term in terms):
        return language.word("axis.losses")
    return language.word("axis.probability" if set(terms) <= set(PROBABILITIES) else "axis.value")
