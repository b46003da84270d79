"""Results at a glance: one line per task, with what its section compares or the facts it must contain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from report_builder.document.boilerplate import framed
from report_builder.document.channel import markdown, printed_words
from report_builder.document.ledger import Result
from report_builder.document.places import Places
from report_builder.document.printed import Told, span_of
from report_builder.document.sections import is_inside
from report_builder.document.tree import Nodes, Part, attr, div, has_class, link, para, plain, strong
from report_builder.document.vocabulary import Vocabulary, noun_of
from report_builder.languages import Language

_STATED = "stated"  # key of a row whose content the author has chosen


class Summary(Vocabulary):
    """The template function that prints the summary."""

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """Return the template globals."""
        return {"summary": self.summary}

    def summary(self, of: Mapping[str, str | Sequence[str]] = MappingProxyType({})) -> str:
        """Print one line per task: the first comparison in its section, or else the first fact that it must contain.

        `of` replaces the content of lines, by task id: names of facts, or text. Tasks with neither are left out.
        """
        for task in of:
            if task not in self.material.tasks:
                self.ledger.unknown("task", task, self.material.tasks)
        sides = [[{"t": "AlignLeft"}, {"t": "ColWidthDefault"}]] * 2
        rows = [self._row(task, of.get(task, ())) for task in self.material.tasks]
        table = {"t": "Table", "c": [attr(), [None, []], sides, [attr(), []], [[attr(), 1, [], rows]], [attr(), []]]}
        title = strong(printed_words(self.language.word("summary.title"), "fact"))
        return self.ledger.put_block([div([para([title]), table], ["summary"])])

    def _row(self, task: str, given: str | Sequence[str]) -> list[Part]:
        card, space = self.material.tasks[task], " " if self.language.spaced else ""
        required = [part.removeprefix("fact:") for part in card.requires if part.startswith("fact:")][:1]
        told = [self._say(f"{one}") for one in ([given] if isinstance(given, str) else given or required)]
        words = f"{self.language.ended(task)}{space}{card.title}" if card.title else task
        row = attr("", [], {"task": task, **({_STATED: "yes"} if given else {})})
        return _cells(row, [link(printed_words(words, "fact"), f"task:{task}")], _join(told, self.language))

    def _say(self, told: str) -> Nodes:
        """Return a fact with the name of the quantity, or the author's words."""
        if " " in told or self.ledger.channel.holds(told):
            return [markdown(told)]
        fact = self.speech.find(told)
        if fact is None:
            return []
        value, run = [span_of(self.speech.fact(told).full)], self.material.runs.get(fact.run)
        known = {"noun": noun_of(fact, self.language), "run": run.name if run else ""}
        said = {key: printed_words(words, "fact") for key, words in known.items()}
        return framed(self.language.words["summary.fact" if run else "summary.bare"], {**said, "value": value})


def sum_up(divs: Nodes, results: Sequence[Result], places: Places, language: Language) -> None:
    """Fill in the comparisons in the lines of summaries, in place; drop lines without content."""
    origins = {task: places.source.lines[first - 1 : last] for task, (first, last) in places.tasks().items()}
    for node in divs:
        if has_class(node, "summary"):
            body, rows = node["c"][1][-1]["c"][4][0], []
            for (_, _, given), (first, said) in body[3]:
                task, stated, told = dict(given)["task"], _STATED in dict(given), [block["c"] for block in said[4]]
                found = [one.nodes for one in results if is_inside(one.lines, origins.get(task, ()))][:1]
                if told or found:
                    rows.append(_cells(attr(), first[4][0]["c"], _join(told if stated or not found else found, language)))
            body[3] = rows


def _cells(row: Part, *cells: Nodes) -> list[Part]:
    return [row, [[attr(), {"t": "AlignDefault"}, 1, 1, [plain(cell)] if cell else []] for cell in cells]]


def _join(told: Sequence[Nodes], language: Language) -> Nodes:
    said = [nodes for nodes in told if nodes]
    return [
        node
        for i, nodes in enumerate(said)
        for node in (*(printed_words(language.word("summary.then"), "fact") if i else ()), *nodes)
    ]
