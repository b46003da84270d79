"""Names, units and axes of logged terms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from report_builder.kinds import Subject, part_of
from report_builder.languages import Language

ADVERSARIAL = ("generator_loss", "discriminator_loss", "critic_loss")  # share a panel, as far as they are logged
PROBABILITIES = ("discriminator_real", "discriminator_fake")  # probabilities of "real" by the discriminator
DIFFERENCE = "score_difference"  # of a critic; explained in captions
PARTS = {"train": "legend.train", "val": "legend.validation", "test": "legend.test"}


def unit_of(term: str, seeds: Iterable[Subject]) -> str:
    """Return the unit of a term, as declared by the model of the run `seeds`, or ""."""
    return next((subject.terms[term].unit for subject in seeds if term in subject.terms), "")


def term_name(language: Language, term: str, subjects: Collection[Subject] = ()) -> str:
    """Return a logged term as printed, named by the language or else by its model; terms on held-out data say so."""
    if language.has(f"terms.{term}"):
        return language.word(f"terms.{term}")
    part, rest = part_of(term)
    if rest != term:
        return language.word("terms.held_out", term=term_name(language, rest, subjects), part=language.word(PARTS[part]))
    titles = (str(title) for subject in subjects if term in subject.terms and (title := subject.terms[term].title))
    return next(titles, term.replace("_", " "))


def common_name(language: Language, terms: Sequence[str], subjects: Collection[Subject]) -> str:
    """Return a common name of terms that share an axis: that of a single term, losses, probabilities, or values."""
    if len(terms) == 1:
        return term_name(language, terms[0], subjects)
    if all(term.endswith("loss") for term in terms):
        return language.word("axis.losses")
    return language.word("axis.probability" if set(terms) <= set(PROBABILITIES) else "axis.value")
