"""Tables of settings and of facts: names, numbers and the program's own words are data, the author's headings Markdown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from report_builder.document.channel import markdown
from report_builder.document.material import RunCard
from report_builder.document.printed import Told, flat, span_of
from report_builder.document.tree import Node, Nodes, Part, attr, plain, text
from report_builder.document.vocabulary import Vocabulary, decimals, noun_of
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.plain import Fields, Plain, at

LINES = 3  # that the row of what is the same for all may have before a table is made as wide as the text
ALIKE = "alike"  # class of the row that has what is the same for all
_SIDES = {"l": "AlignLeft", "c": "AlignCenter", "r": "AlignRight"}
ESSENTIAL = ("model.latent_dim", "training.epochs", "training.batch_size", "training.learning_rate", "training.optimizer.kind")
_UNPRINTED = re.compile(r"^(versions|seeds?|threads)\b|fingerprint|^model\.kind$|^data\.")


class Tables(Vocabulary):
    """The words of the template that print tables."""

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """The globals of the template."""
        return {"settings_table": self.settings_table, "fact_table": self.fact_table}

    def settings_table(
        self,
        runs: str | Sequence[str],
        caption: str = "",
        id: str = "tbl:settings",  # noqa: A002 - a label is called id in Markdown, too
        show: Sequence[str] = (),
        only: Sequence[str] = (),
    ) -> str:
        """The resolved settings of runs: the essential ones, those that differ, and those named in `show` (key paths).

        A sweep stands for all its arms. With `only` the rows are those named in it, `model`, `data` and `seeds` among them, in
        this order. What is the same for all runs stands together in the last row.
        """
        cards = [self.speech.card(run) for run in self.speech.runs_of(runs)]
        leaves = [dict(flat(card.settings)) for card in cards]
        said = {
            "model": [card.model for card in cards],
            "data": _data(cards),
            **{path: [self._setting(leaf, path) for leaf in leaves] for path in self._paths(leaves, (*show, *only))},
            **self._weights(cards),
            "seeds": [", ".join(map(str, card.seeds)) or "–" for card in cards],
        }
        rows = {self._setting_name(path): said[path] for path in only or said if path in said}
        alike = {name: values[0] for name, values in rows.items() if len(values) > 1 and len({*values}) == 1}
        alike = alike if len(alike) > 1 else {}
        body = [[*map(self._cell, (name, *values))] for name, values in rows.items() if name not in alike]
        heads = [*map(self._cell, (self.language.word("settings.setting"), *(card.name for card in cards)))]
        made = table(heads, body, "l" + "c" * len(cards), caption, id)
        if alike:
            others = [values for name, values in rows.items() if name not in alike]
            self._add_alike(made, alike, [[card.name for card in cards], *others])
        return self.ledger.put_block([made], id)

    def _add_alike(self, made: Node, alike: Mapping[str, str], others: Sequence[Sequence[str]]) -> None:
        """A last row with what is the same for all; where it would be many lines high, the table is as wide as the text."""
        words = self.language.word("details.semicolon").join(
            self.language.word("details.named", name=name, value=value) for name, value in alike.items()
        )
        columns = len(others[0])
        first = self._cell(self.language.word("settings.alike"))
        made["c"][4][0][3].append(_wide_row(first, self._cell(words), columns))
        if _room(words) > LINES * sum(max(map(_room, column)) for column in zip(*others, strict=True)):
            shares = [0.25, *[0.75 / columns] * columns]
            sides = [side for side, _ in made["c"][2]]
            made["c"][2] = [[side, {"t": "ColWidth", "c": share}] for side, share in zip(sides, shares, strict=True)]

    def _weights(self, cards: Sequence[RunCard]) -> dict[str, list[str]]:
        """A row with the epoch whose weights are measured, seed by seed, where some run could stop early."""
        if not any(at(card.settings, ("training", "early_stopping")) for card in cards):
            return {}
        of = {card.id: [self.language.word("settings.of_epochs", epoch=e, epochs=n) for e, n in card.weights] for card in cards}
        return {"weights_epoch": [", ".join(of[card.id]) or "–" for card in cards]}

    def _setting(self, leaves: Fields, path: str) -> str:
        if path not in leaves:  # a number where another run has a schedule stands in the row that names the schedule
            path = path.removesuffix(".kind")
        return self.language.setting(leaves[path]) if path in leaves else "–"

    def _paths(self, leaves: Sequence[Fields], show: Sequence[str]) -> list[str]:
        every = list(dict.fromkeys(path for leaf in leaves for path in leaf))
        for path in show:
            if path not in (*every, "model", "data", "seeds"):
                self.ledger.problem("unknown setting in a table", repr(path), near_miss(path, every))
        wanted = [p for p in every if not _UNPRINTED.search(p) and _differs([leaf.get(p) for leaf in leaves])]
        chosen = (*wanted, *show, *ESSENTIAL)
        schedule = [p for p in every if p.startswith("training.learning_rate.") and any(leaf.get(p) for leaf in leaves)]
        return [path for path in every if path in (*chosen, *schedule) and f"{path}.kind" not in every]

    def _setting_name(self, path: str) -> str:
        parts = path.split(".")
        return self.language.setting_name(parts[-2] if parts[-1] == "kind" and len(parts) > 1 else parts[-1])

    def _cell(self, words: str) -> Nodes:
        return [span_of(self.speech.printed(words, words))]

    def fact_table(
        self,
        rows: str | Sequence[str],
        columns: Sequence[str | Sequence[str | int]],
        caption: str = "",
        id: str = "tbl:facts",  # noqa: A002
        *,
        spread: bool = True,
    ) -> str:
        """Facts of several runs: a row for each run id, a column for each `(heading, "test.elbo")`, perhaps digits third.

        A sweep stands for all its arms; `("class *", "samples.class_asked_*")` for a column of each class of a share. A heading
        may be left out: `"test.elbo"` is headed by the name of what is measured.
        """
        runs = self.speech.runs_of(rows)
        heads, body = list[Nodes](), [[self._cell(card.name)] for card in map(self.speech.card, runs)]
        units = list[str]()
        for heading, scope, places in [each for column in columns for each in self._each(runs, column)]:
            facts = [self.material.facts.get(f"{run}.{scope}") for run in runs]
            if not any(facts):
                self.speech.fact(f"{runs[0]}.{scope}")
            unit = next((fact.unit for fact in facts if fact), "")
            heads.append([markdown(f"{heading}")])
            units.append(f"[{self.language.unit(unit)}]" if unit and unit != "%" else "")
            for line, run, fact in zip(body, runs, facts, strict=True):
                own = decimals([fact]) if fact and places is None else places  # a cell depends on its own fact only
                shown = self.speech.fact(f"{run}.{scope}", digits=own, spread=spread) if fact else None
                line.append([span_of(shown)] if shown else text("–"))
        return self.ledger.put_block([table(_with_units(heads, units), body, "l" + "r" * len(heads), caption, id)], id)

    def _each(self, runs: Sequence[str], column: str | Sequence[str | int]) -> Iterator[tuple[str, str, int | None]]:
        """Heading, fact and digits of a column, or of each class that a `*` stands for."""
        heading, scope, *digits = [column] * 2 if isinstance(column, str) else map(str, column)
        before, star, _ = scope.partition("*")
        first = [fact for name, fact in self.material.facts.items() if name.startswith(f"{runs[0]}.{before}")] if star else []
        classes = {fact.name.partition(".")[2]: str(fact.noun).partition(" ")[2] for fact in first}
        for name, label in [(name, label) for name, label in classes.items() if label] or [(scope, "")]:
            facts = [fact for run in runs if (fact := self.material.facts.get(f"{run}.{name}"))]
            printed = heading.replace("*", self.language.name(label))
            named = noun_of(facts[0], self.language) if facts and heading == scope else printed
            yield named, name, int(digits[0]) if digits else None


def _data(cards: Sequence[RunCard]) -> list[str]:
    """Names of the data; where the runs have several preparations of one set, with what tells them apart."""
    several = len({card.prepared for card in cards}) > 1
    return [card.prepared if several else card.data for card in cards]


def _differs(values: Sequence[Plain]) -> bool:
    """Whether a setting is another in some run; that a run does not have it counts only against a value that does something."""
    return len({repr(value) for value in values}) > 1 and any(values)


def _with_units(heads: Sequence[Nodes], units: Sequence[str]) -> list[Nodes]:
    """The first row of a table: a unit that all columns share stands once, in the corner."""
    if len(units) > 1 and units[0] and len({*units}) == 1:
        return [text(units[0]), *heads]
    return [[], *([*head, *(text(f" {unit}") if unit else [])] for head, unit in zip(heads, units, strict=True))]


def table(
    heads: Sequence[Nodes],
    rows: Sequence[Sequence[Nodes]],
    columns: str,
    caption: str,
    label: str,
    source: Mapping[str, str] = MappingProxyType({}),
) -> Node:
    """A labelled table.

    Args:
        heads: the first row: inlines of each cell.
        rows: the others; the first cell says what the row is.
        columns: `l`, `c` or `r` for each column: where its cells stand.
        caption: without number, in Markdown.
        label: `tbl:<name>`.
        source: what it was made of: `figure` or `run`, and its id.

    Raises:
        ReportError: the label is another.
    """
    if not label.startswith("tbl:"):
        raise ReportError(Problem("", "a table's id begins with 'tbl:'", repr(label)))
    specs = [[{"t": _SIDES[column]}, {"t": "ColWidthDefault"}] for column in columns]
    said = [plain([markdown(f"{caption}")])] if caption else []
    head, body = [attr(), [_row(heads)]], [attr(), 1, [], [_row(row) for row in rows]]
    return {"t": "Table", "c": [attr(label, (), source), [None, said], specs, head, [body], [attr(), []]]}


def _row(cells: Sequence[Nodes]) -> list[Part]:
    return [attr(), [[attr(), {"t": "AlignDefault"}, 1, 1, [plain(cell)] if cell else []] for cell in cells]]


def _room(words: str) -> int:
    """How wide words are, in letters: a sign of East Asia counts as two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in words)


def _wide_row(first: Nodes, words: Nodes, columns: int) -> list[Part]:
    """A row whose second cell is as wide as all columns but the first."""
    sides: tuple[Node, Node] = {"t": "AlignDefault"}, {"t": "AlignLeft"}
    return [attr("", [ALIKE]), [[attr(), sides[0], 1, 1, [plain(first)]], [attr(), sides[1], 1, columns, [plain(words)]]]]
