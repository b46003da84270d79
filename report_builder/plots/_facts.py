"""What figures say of the facts that they show: names, values, and what they were measured on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, Subject
from report_builder.languages import Language
from report_builder.plots._options import fact_names

FINAL = "final_"  # a fact: the last value of a logged term


def values_of(arrays: Mapping[str, Arrays], fact: str) -> np.ndarray:
    """The value of each seed, shape `(seeds,)`, float64.

    Raises:
        ReportError: the fact is a word or no finite number, so it has no place on an axis.
    """
    values = arrays[fact]["value"]
    if values.dtype.kind not in "fiu":
        raise ReportError(Problem("", "this fact is a word, and only numbers can be drawn", f"{fact}: {values[0]}"))
    if not np.isfinite(values).all():
        rule, step = "this fact is not a finite number and has no place on an axis", "Leave its run out of the figure."
        raise ReportError(Problem("", rule, f"{fact}: {', '.join(map(str, values.tolist()))}", next_step=step))
    return np.asarray(values, dtype=np.float64)


def on_one_scale(arrays: Mapping[str, Arrays], runs: Sequence[str], metrics: Sequence[str], *, best: bool) -> None:
    """Each metric has one scale for all runs; where the best is marked, also as many images, and one metric a direction.

    Raises:
        ReportError: it has not.
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
    """A metric as printed, `test.elbo` -> `ELBO`; one that the language does not know by its own name.

    What was measured may say that it is called otherwise: `fact` are the arrays of one that is shown.
    """
    name = str((fact or {}).get("title", "")) or metric.rpartition(".")[2]
    if name.startswith(FINAL):
        return language.word("metrics.final", term=language.metric(name.removeprefix(FINAL)))
    return language.metric(name)


def format_values(arrays: Mapping[str, Arrays], facts: Sequence[str], language: Language, digits: int | None) -> list[str]:
    """Facts of one metric without their unit, all with as many digits: means, with standard deviations over several seeds.

    Args:
        arrays: of the figure.
        facts: names, one for each run.
        language: of the numbers.
        digits: after the decimal mark; None: as many as give the largest value four significant ones.
    """
    shown = [arrays[fact]["value"] for fact in facts]
    if any(values.dtype.kind not in "fiu" for values in shown):
        return [str(values[0]) for values in shown]
    if digits is None:
        digits = _digits(max(abs(float(np.mean(values))) for values in shown))
    texts = [language.number(float(np.mean(values)), digits) for values in shown]
    for place, values in enumerate(shown):
        if np.ptp(values) > 0:  # else all seeds have the same value, a number of parameters for example
            texts[place] += f"\u00a0±\u00a0{language.number(float(np.std(values, ddof=1)), digits)}"
    return [language.words["number.percent"].format(t) if str(arrays[facts[0]]["unit"]) == "%" else t for t in texts]


def _digits(largest: float) -> int:
    """Digits after the mark that leave four significant ones."""
    return int(np.clip(3 - math.floor(math.log10(largest)), 0, 6)) if largest else 0


def splits_text(
    arrays: Mapping[str, Arrays], runs: Sequence[str], metrics: Sequence[str], language: Language, *, units: bool = False
) -> list[str]:
    """Sentences: on which part of the data, and on how many images, each metric was measured; with its unit if asked."""
    same: dict[tuple[str, str], list[str]] = {}
    for metric in metrics:
        facts = [arrays[f"{run}.{metric}"] for run in runs]
        counts = dict.fromkeys(language.number(int(fact["n"])) for fact in facts)
        unit = str(facts[0]["unit"]) if units else ""
        name = metric_name(language, metric, facts[0]) + (f" [{language.unit(unit)}]" if unit not in ("", "%") else "")
        same.setdefault((metric.partition(".")[0], language.join([*counts])), []).append(name)
    return [_split_sentence(language, language.join(names), *place) for place, names in same.items()]


def _split_sentence(language: Language, names: str, scope: str, count: str) -> str:
    """One sentence; a scope that is the id of a figure or of a metric says nothing to a reader."""
    names, split = names[:1].upper() + names[1:], f"splits.{scope}.nom"
    if language.has(split):
        return language.word("details.measured_on", names=names, split=language.word(split), n=count)
    return language.word("details.measured", names=names, n=count)


def without_names(subjects: Sequence[Subject]) -> list[Subject]:
    """Whom a caption names where the figure itself tells its runs apart: each model once, by its kind."""
    return list({(s.model, s.data, s.seed): replace(s, name=s.model) for s in subjects}.values())


def with_seeds(arrays: Mapping[str, Arrays], subjects: Sequence[Subject], facts: Sequence[str]) -> list[Subject]:
    """The subjects, once for each seed that the facts were measured on."""
    seeds = {seed: None for fact in facts for seed in arrays[fact]["seeds"].tolist()}
    return [replace(subject, seed=seed) for subject in subjects for seed in seeds or {subject.seed: None}]
