"""Tables of settings and of facts: names, numbers and the program's own words are data, the author's headings Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from report_builder.document.channel import markdown
from report_builder.document.ledger import Ledger
from report_builder.document.material import Material, RunCard
from report_builder.document.printed import Told, flat, span_of
from report_builder.document.tree import Node, Nodes, Part, attr, plain, text
from report_builder.document.vocabulary import Speech, decimals
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.facts import Fact
from report_builder.languages import Language
from report_builder.plain import Fields, Plain, at
from report_builder.records import frozen

_SIDES = {"l": "AlignLeft", "c": "AlignCenter", "r": "AlignRight"}
ESSENTIAL = ("model.latent_dim", "training.epochs", "training.batch_size", "training.learning_rate", "training.optimizer.kind")
_UNPRINTED = re.compile(r"^(versions|seeds?|threads)\b|fingerprint|^model\.kind$|^data\.")


@frozen
class Tables:
    """The words of the template that print tables."""

    material: Material
    language: Language
    ledger: Ledger
    speech: Speech

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """The globals of the template."""
        return {"settings_table": self.settings_table, "fact_table": self.fact_table}

    def settings_table(
        self,
        runs: str | Sequence[str],
        caption: str = "",
        id: str = "tbl:settings",  # noqa: A002 - a label is called id in Markdown, too
        show: Sequence[str] = (),
    ) -> str:
        """The resolved settings of runs: the essential ones, those that differ, and those named in `show` (key paths).

        A sweep stands for all its arms.
        """
        cards = [self.speech.card(run) for run in self.speech.runs_of(runs)]
        leaves = [dict(flat(card.settings)) for card in cards]
        rows = [
            self._row("model", [card.model for card in cards]),
            self._row("data", _data(cards)),
            *(self._row(path, [self._setting(leaf, path) for leaf in leaves]) for path in self._paths(leaves, show)),
            *self._weights(cards),
            self._row("seeds", [", ".join(map(str, card.seeds)) or "–" for card in cards]),
        ]
        heads = [self._cell(self.language.word("settings.setting")), *(self._cell(card.name) for card in cards)]
        return self.ledger.put_block([table(heads, rows, "l" + "c" * len(cards), caption, id)], id)

    def _weights(self, cards: Sequence[RunCard]) -> list[list[Nodes]]:
        """A row with the epoch whose weights are measured, seed by seed, where some run could stop early."""
        if not any(at(card.settings, ("training", "early_stopping")) for card in cards):
            return []
        of = {card.id: [self.language.word("settings.of_epochs", epoch=e, epochs=n) for e, n in card.weights] for card in cards}
        return [self._row("weights_epoch", [", ".join(of[card.id]) or "–" for card in cards])]

    def _setting(self, leaves: Fields, path: str) -> str:
        if path not in leaves:  # a number where another run has a schedule stands in the row that names the schedule
            path = path.removesuffix(".kind")
        return self.language.setting(leaves[path]) if path in leaves else "–"

    def _paths(self, leaves: Sequence[Fields], show: Sequence[str]) -> list[str]:
        every = list(dict.fromkeys(path for leaf in leaves for path in leaf))
        for path in show:
            if path not in every:
                self.ledger.problem("unknown setting in a table", repr(path), near_miss(path, every))
        wanted = [p for p in every if not _UNPRINTED.search(p) and _differs([leaf.get(p) for leaf in leaves])]
        chosen = (*wanted, *show, *ESSENTIAL)
        schedule = [p for p in every if p.startswith("training.learning_rate.") and any(leaf.get(p) for leaf in leaves)]
        return [path for path in every if path in (*chosen, *schedule) and f"{path}.kind" not in every]

    def _row(self, path: str, values: Sequence[str]) -> list[Nodes]:
        parts = path.split(".")
        name = parts[-2] if parts[-1] == "kind" and len(parts) > 1 else parts[-1]
        return [self._cell(self.language.setting_name(name)), *(self._cell(value) for value in values)]

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
            named = self._headed(facts[0]) if facts and heading == scope else heading.replace("*", label)
            yield named, name, int(digits[0]) if digits else None

    def _headed(self, fact: Fact) -> str:
        noun = self.language.noun(fact.noun, fact.metric)
        return next(iter(noun.forms.values()))


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
