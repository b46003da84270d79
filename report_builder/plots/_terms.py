"""Names, units and axes of logged terms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from report_builder.kinds import Subject, part_of
from report_builder.languages import Language

ADVERSARIAL = ("generator_loss", "discriminator_loss", "critic_loss")  # those that are logged share a panel
PROBABILITIES = ("discriminator_real", "discriminator_fake")  # that the discriminator gives to "real"
DIFFERENCE = "score_difference"  # of a critic; captions say what it is
PARTS = {"train": "legend.train", "val": "legend.validation", "test": "legend.test"}


def unit_of(term: str, seeds: Iterable[Subject]) -> str:
    """Unit of a term of a run, `seeds`: what its model declares, or none."""
    return next((subject.terms[term].unit for subject in seeds if term in subject.terms), "")


def term_name(language: Language, term: str, subjects: Collection[Subject] = ()) -> str:
    """A logged term as printed, as the language or else its model calls it; one on held-out images says so."""
    if language.has(f"terms.{term}"):
        return language.word(f"terms.{term}")
    part, rest = part_of(term)
    if rest != term:
        return language.word("terms.held_out", term=term_name(language, rest, subjects), part=language.word(PARTS[part]))
    titles = (str(title) for subject in subjects if term in subject.terms and (title := subject.terms[term].title))
    return next(titles, term.replace("_", " "))


def common_name(language: Language, terms: Sequence[str], subjects: Collection[Subject]) -> str:
    """What terms that share an axis are: the name of the only one, losses, probabilities, or just values; its unit apart."""
    if len(terms) == 1:
        return term_name(language, terms[0], subjects)
    if all(term.endswith("loss") for term in terms):
        return language.word("axis.losses")
    return language.word("axis.probability" if set(terms) <= set(PROBABILITIES) else "axis.value")
