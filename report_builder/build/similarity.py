"""Extracts what the author of a template wrote, by task, and finds hand-ins with the same passages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

from report_builder.project import text_of
from report_builder.records import frozen

RUN = 5  # consecutive words that are compared
FEWEST, SHARE = 12, 0.4  # minimum number of shared word runs, and minimum share of the shorter text
_PRINTED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<#.*?#>|<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r"\s*(?P<colons>:{3,})\s*(?P<attributes>.*?)\s*:*\s*$")
_TASK = re.compile(r"\.task\b.*?#([\w.-]+)|#([\w.-]+).*?\.task\b")


@frozen
class Prose:
    """Words of a template that its author wrote, in questions and in answers, by task ("" for text outside a task)."""

    questions: Mapping[str, str]
    answers: Mapping[str, str]

    @classmethod
    def read(cls, template: Path) -> Prose:
        """Read a template file."""
        return cls.of(text_of(template))

    @classmethod
    def of(cls, text: str) -> Prose:
        """Parse the text of a template."""
        found: dict[bool, dict[str, list[str]]] = {True: {}, False: {}}
        for task, asked, line in _lines(_PRINTED.sub(" ", text)):
            found[asked].setdefault(task, []).extend(re.findall(r"[^\W\d_]+", line.casefold()))
        questions, answers = ({task: " ".join(words) for task, words in found[asked].items()} for asked in (True, False))
        return cls(questions, answers)


def _lines(text: str) -> Iterator[tuple[str, bool, str]]:
    """Each line with its task, and whether it belongs to the question."""
    open_: list[tuple[str, bool]] = []
    for line in text.splitlines():
        fence = _FENCE.match(line)
        if fence and fence["attributes"]:
            task = _TASK.search(fence["attributes"])
            above = open_[-1] if open_ else ("", False)
            named = next(filter(None, task.groups())) if task else above[0]
            open_.append((named, above[1] or bool(re.search(r"\bquestion\b", fence["attributes"]))))
        elif fence:
            open_ = open_[:-1]
        else:
            task_, asked = open_[-1] if open_ else ("", False)
            yield task_, asked, line


def similar_answers(proses: Mapping[str, Mapping[str, str]], asked: str = "") -> Iterator[tuple[str, str, str, float]]:
    """Yield pairs of hand-ins whose answers to a task share phrases, as (task, name, name, share of the shorter answer).

    Ignores phrases of the sheet `asked`, and phrases in more than two answers to a task and in more than half of them.
    """
    said = _runs(" ".join(Prose.of(asked).answers.values()))
    for task in sorted({task for prose in proses.values() for task in prose}):
        runs = {name: _runs(prose.get(task, "")) - said for name, prose in proses.items()}
        many = Counter(run for found in runs.values() for run in found)
        common = {run for run, count in many.items() if count > max(2, len(runs) / 2)}
        for one, other in combinations(sorted(runs), 2):
            first, second = runs[one] - common, runs[other] - common
            shared = len(first & second)
            if shared >= FEWEST and (share := shared / min(len(first), len(second))) >= SHARE:
                yield task, one, other, share


def _runs(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}
