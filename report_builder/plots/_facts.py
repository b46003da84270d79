"""Names, values and captions of the facts that figures show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, Subject
from report_builder.languages import Language
from report_builder.plots._options import fact_names

FINAL = "final_"  # prefix of a fact that is the last value of a logged term


def values_of(arrays: Mapping[str, Arrays], fact: str) -> np.ndarray:
    """Return the value of a fact for each seed, `(seeds,)` float64.

    Raises:
        ReportError: the fact is a word or not finite, and so cannot be placed on an axis.
    """
    values = arrays[fact]["value"]
    if values.dtype.kind not in "fiu":
        raise ReportError(Problem("", "this fact is a word, and only numbers can be drawn", f"{fact}: {values[0]}"))
    if not np.isfinite(values).all():
        rule, step = "this fact is not a finite number and cannot be placed on an axis", "Leave its run out of the figure."
        raise ReportError(Problem("", rule, f"{fact}: {', '.join(map(str, values.tolist()))}", next_step=step))
    return np.asarray(values, dtype=np.float64)


def on_one_scale(arrays: Mapping[str, Arrays], runs: Sequence[str], metrics: Sequence[str], *, best: bool) -> None:
    """Check that each metric has one scale for all runs.

    If the best value is to be marked, the number of images must agree, too, and at least one metric must have a direction.

    Raises:
        ReportError: they do not.
    """
    keys = ("unit", "reduction", "better", "n") if best else ("unit", "reduction", "better")
    problems = []
    for metric in metrics:
        about = {name: {key: str(arrays[name][key]) for key in keys} for name in fact_names(runs, [metric])}
        first = next(iter(about))
        for name, other in about.items():
            if differs := [f"{key}: {about[first][key]!r} / {other[key]!r}" for key in keys if about[first][key] != other[key]]:
                rule, step = f"'{first}' and '{name}' are not on one scale", "Show them in figures of their own."
                problems.append(Problem("runs", rule, "; ".join(differs), f"Allowed: facts of one {', '.join(keys)}.", step))
    if best and all(str(arrays[name]["better"]) == "none" for name in fact_names(runs, metrics)):
        rule = "none of the metrics has a better direction: nothing can be chosen by it"
        problems.append(Problem("best", rule, ", ".join(metrics), next_step="Leave 'best' out."))
    if problems:
        raise ReportError(*problems)


def metric_name(language: Language, metric: str, fact: Arrays | None = None) -> str:
    """Return a metric as printed, `test.elbo` -> `ELBO`; unknown to the language, it keeps its own name.

    Args:
        metric: name of the fact without its run.
        fact: arrays of a fact of this metric, whose `title` takes precedence.
    """
    name = str((fact or {}).get("title", "")) or metric.rpartition(".")[2]
    if name.startswith(FINAL):
        return language.word("metrics.final", term=language.metric(name.removeprefix(FINAL)))
    return language.metric(name)


def format_values(arrays: Mapping[str, Arrays], facts: Sequence[str], language: Language, digits: int | None) -> list[str]:
    """Format facts of one metric without their unit, with equal digits, as means with standard deviations over several seeds.

    Args:
        facts: names of the facts, one for each run.
        digits: digits after the decimal mark; if None, the largest value gets four significant digits.
    """
    shown = [arrays[fact]["value"] for fact in facts]
    if any(values.dtype.kind not in "fiu" for values in shown):
        return [str(values[0]) for values in shown]
    if digits is None:
        digits = _digits(max(abs(float(np.mean(values))) for values in shown))
    texts = [language.number(float(np.mean(values)), digits) for values in shown]
    for place, values in enumerate(shown):
        if np.ptp(values) > 0:  # not for constants such as the number of parameters
            texts[place] += f"\u00a0±\u00a0{language.number(float(np.std(values, ddof=1)), digits)}"
    return [language.words["number.percent"].format(t) if str(arrays[facts[0]]["unit"]) == "%" else t for t in texts]


def _digits(largest: float) -> int:
    """Digits after the decimal mark for four significant digits."""
    return int(np.clip(3 - math.floor(math.log10(largest)), 0, 6)) if largest else 0


def splits_text(
    arrays: Mapping[str, Arrays], runs: Sequence[str], metrics: Sequence[str], language: Language, *, units: bool = False
) -> list[str]:
    """Return sentences about the split and number of images that each metric was measured on, with its unit if `units`."""
    same: dict[tuple[str, str], list[str]] = {}
    for metric in metrics:
        facts = [arrays[f"{run}.{metric}"] for run in runs]
        counts = dict.fromkeys(language.number(int(fact["n"])) for fact in facts)
        unit = str(facts[0]["unit"]) if units else ""
        name = metric_name(language, metric, facts[0]) + (f" [{language.unit(unit)}]" if unit not in ("", "%") else "")
        same.setdefault((metric.partition(".")[0], language.join([*counts])), []).append(name)
    return [_split_sentence(language, language.join(names), *place) for place, names in same.items()]


def _split_sentence(language: Language, names: str, scope: str, count: str) -> str:
    """Sentence about metrics; the id of a figure or metric as scope is omitted, because it means nothing to a reader."""
    names, split = names[:1].upper() + names[1:], f"splits.{scope}.nom"
    if language.has(split):
        return language.word("details.measured_on", names=names, split=language.word(split), n=count)
    return language.word("details.measured", names=names, n=count)


def without_names(subjects: Sequence[Subject]) -> list[Subject]:
    """Return the subjects for a caption whose figure names its runs itself: each model once, named by its kind."""
    return list({(s.model, s.data, s.seed): replace(s, name=s.model) for s in subjects}.values())


def with_seeds(arrays: Mapping[str, Arrays], subjects: Sequence[Subject], facts: Sequence[str]) -> list[Subject]:
    """Return the subjects, repeated for each seed that the facts were measured on."""
    seeds = {seed: None for fact in facts for seed in arrays[fact]["seeds"].tolist()}
    return [replace(subject, seed=seed) for subject in subjects for seed in seeds or {subject.seed: None}]
