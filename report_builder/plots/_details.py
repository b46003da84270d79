"""Facts that every caption must state, in the report's language: models, data, split, seeds, weights and limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from report_builder.kinds import Subject
from report_builder.languages import Language
from report_builder.plain import Fields, fields
from report_builder.plots._terms import term_name

if TYPE_CHECKING:
    import numpy as np


def details(
    language: Language,
    subjects: Sequence[Subject],
    *further: str,
    split: str | None = None,
    threshold: float | None = None,
) -> str:
    """Return the sentences of a caption, one per line.

    They state the models, the data with its split, the seeds, which weights are shown, the `further` sentences, and the
    threshold if there is one.
    """
    sentences = [_models(language, subjects), _data(language, subjects, split), _seeds(language, subjects)]
    sentences += [_weights(language, subjects), *further]
    if threshold is not None:
        sentences.append(language.word("details.two_levels", threshold=language.number(threshold)))
    return "\n".join(sentence for sentence in sentences if sentence)


def split_name(language: Language, split: str, case: str = "nom") -> str:
    """Return a split as printed, in a grammatical case; unknown to the language, it keeps its own name."""
    key = f"splits.{split}.{case}"
    return language.word(key) if language.has(key) else split


def measured_before(threshold: float | None, language: Language) -> list[str]:
    """Return the sentence that the numbers refer to the images before thresholding, or nothing if there is no threshold."""
    return [] if threshold is None else [language.word("details.measured_before")]


def values_text(language: Language, values: Mapping[str, str]) -> str:
    """Return the common value of all panels, or else each value with the name of its panel."""
    if len(set(values.values())) == 1:
        return next(iter(values.values()))
    return language.word("details.semicolon").join(
        language.word("details.named", name=name, value=value) for name, value in values.items()
    )


def interval(language: Language, low: float, high: float) -> str:
    """Return a closed interval whose ends have the same number of digits: `[-1,5; 2,0]`."""
    most = 2 if high - low < 20 else 1
    ends = [round(float(value), most) for value in (low, high)]
    digits = next(d for d in range(most + 1) if [round(end, d) for end in ends] == ends)
    low_text, high_text = (language.number(end, digits) for end in ends)
    return language.word("details.interval", low=low_text, high=high_text)


def limits(language: Language, of: Mapping[str, np.ndarray]) -> str:
    """Return the limits of two coordinates for each panel; each array has shape `(2, 2)`."""
    texts = {name: " × ".join(interval(language, *row) for row in both) for name, both in of.items()}
    return language.word("details.limits", limits=values_text(language, texts))


def normal_lattice(language: Language, of: Mapping[str, np.ndarray], n: int) -> str:
    """Return the sentence about a lattice of `n` normal quantiles along each axis: their probabilities and their range."""
    ends = next(iter(of.values()))[0]
    return language.word("details.normal_lattice", n=n, last=n - 1, interval=interval(language, *ends))


def items_text(language: Language, items: Iterable[str]) -> str:
    """Join items without duplicates."""
    return language.join(list(dict.fromkeys(items)))


def _models(language: Language, subjects: Sequence[Subject]) -> str:
    shown = [subject for subject in subjects if subject.model]
    if not shown:
        return ""
    names = list(dict.fromkeys(subject.name for subject in shown))
    if len(names) > 1 and len({subject.model for subject in shown}) == 1:  # name the common kind of model once
        all_of_one = language.word("details.model_of", name=language.join(names), model=shown[0].model)
        return language.word("details.models", names=all_of_one)
    models = [_model(language, subject) for subject in shown]
    return language.word("details.model" if len(set(models)) == 1 else "details.models", names=items_text(language, models))


def _model(language: Language, subject: Subject) -> str:
    same = subject.name.casefold() == subject.model.casefold()
    return subject.model if same else language.word("details.model_of", name=subject.name, model=subject.model)


def _data(language: Language, subjects: Sequence[Subject], split: str | None) -> str:
    named = [subject.data for subject in subjects if subject.data]
    parts = ([items_text(language, named)] if named else []) + ([split_name(language, split)] if split else [])
    return language.word("details.data", what=language.word("list.comma").join(parts)) if parts else ""


def _seeds(language: Language, subjects: Sequence[Subject]) -> str:
    """Sentence about the seeds, for each run separately if they differ."""
    of = dict[str, list[str]]()
    for subject in subjects:
        if subject.seed is not None and str(subject.seed) not in of.setdefault(subject.name, []):
            of[subject.name].append(str(subject.seed))
    if not of:
        return ""
    one = len({seed for seeds in of.values() for seed in seeds}) == 1
    told = values_text(language, {name: language.join(seeds) for name, seeds in of.items()})
    return language.word("details.seed" if one else "details.seeds", seeds=told)


def _weights(language: Language, subjects: Sequence[Subject]) -> str:
    """Sentence about the epoch of the weights, if any run could stop early; otherwise they are the last ones."""
    rules = {subject.name: fields(subject.spec, "training", "early_stopping") for subject in subjects if subject.model}
    if not any(rules.values()):
        return ""
    told = {name: _epoch(language, rule) for name, rule in rules.items()}
    return language.word("details.weights", weights=values_text(language, told))


def _epoch(language: Language, rule: Fields) -> str:
    if not rule or not rule["restore_best_weights"]:
        return language.word("details.last_epoch")
    return language.word("details.best_epoch", term=term_name(language, str(rule["monitor"])))
