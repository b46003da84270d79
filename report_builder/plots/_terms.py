"""Names, units and axes of logged terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from report_builder.kinds import Subject
    from report_builder.languages import Language

ADVERSARIAL = ("generator_loss", "discriminator_loss", "critic_loss")  # those that are logged share a panel
NATS = ("kl_loss", "free_bits_loss", "weighted_kl_loss", "generator_loss", "discriminator_loss")
RECONSTRUCTING = ("loss", "reconstruction_loss")  # in nats if they are sums of log-likelihoods
DIFFERENCE = "score_difference"  # of a critic; captions say what it is
PROBABILITIES = ("discriminator_real", "discriminator_fake")  # that the discriminator gives to "real"
HELD_OUT = ("val", "test")  # prefixes of terms on images that were not trained on
PARTS = {"train": "legend.train", "val": "legend.validation", "test": "legend.test"}


def unprefixed(term: str) -> str:
    """The term that was logged on the training images."""
    part, _, rest = term.partition("_")
    return rest if part in HELD_OUT else term


def unit_of(term: str, logged: Iterable[str], seeds: Sequence[Subject]) -> str:
    """Unit of a term of a run.

    Args:
        term: as logged on the training images.
        logged: all terms of the run: beside a critic's loss the generator's is a score, and scores have no unit.
        seeds: the run, for each of its seeds; what the losses of a user's own model are is known to its file only.
    """
    if term == "epoch_time":
        return "s"
    if any(_is_own(subject) for subject in seeds):
        return "nats/image" if term == "kl_loss" else ""
    if term in RECONSTRUCTING:
        return "nats/image" if all(in_nats(subject.settings, term) for subject in seeds) else ""
    return "nats/image" if term in NATS and not (term == "generator_loss" and "critic_loss" in logged) else ""


def _is_own(subject: Subject) -> bool:
    """Whether the run's model is a file of the user's own."""
    return str(subject.spec.get("model", {}).get("kind", "")).endswith(".py")


def in_nats(settings: Mapping[str, Any], term: str) -> bool:
    """Whether `loss` or `reconstruction_loss` of a model with these settings is in nats per image."""
    summed = settings.get("reduction", "sum_over_pixels") == "sum_over_pixels"
    likelihood = summed and "mse" not in (settings.get("loss"), settings.get("reconstruction"))
    plain = not settings.get("ssim_weight") and settings.get("reconstruction_weight", 1) == 1
    return likelihood and (plain or term != "loss")


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
