"""Tables of settings and facts: names, numbers and the program's words are data; the author's headings are Markdown."""

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
from report_builder.languages import NO_BREAK
from report_builder.plain import Fields, Plain, at

LINES = 3  # if the row of common settings had more lines than this, the table is widened to the text width
SHORT = 12  # a common value of at most this many characters stays on one line
ALIKE = "alike"  # class of the row of settings common to all runs
_SIDES = {"l": "AlignLeft", "c": "AlignCenter", "r": "AlignRight"}
OWN = ("model", "data", "seeds")  # rows that are no settings
ESSENTIAL = ("model.latent_dim", "training.epochs", "training.batch_size", "training.learning_rate", "training.optimizer.kind")
_UNPRINTED = re.compile(r"^(versions|seeds?|threads)\b|fingerprint|^model\.kind$|^data\.")


class Tables(Vocabulary):
    """The template functions that print tables of settings and facts."""

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """Return the template globals."""
        return {"settings_table": self.settings_table, "fact_table": self.fact_table}

    def settings_table(
        self,
        runs: str | Sequence[str],
        caption: str = "",
        id: str = "tbl:settings",  # noqa: A002 - named as in Markdown
        show: Sequence[str] = (),
        only: Sequence[str] = (),
    ) -> str:
        """Print the resolved settings of runs: the essential ones, those that differ, and those listed in `show` (key paths).

        A sweep stands for all its arms. `only` selects and orders the rows, including `model`, `data` and `seeds`; a setting
        that is a schedule in some runs stands for the settings of this schedule. Settings that all runs share are collected in
        the last row.
        """
        cards = [self.speech.card(run) for run in self.speech.runs_of(runs)]
        leaves = [dict(flat(card.settings)) for card in cards]
        show, only = ([part for path in paths for part in _parts(path, leaves)] for paths in (show, only))
        said = {
            "model": [card.model for card in cards],
            "data": _data(cards),
            **{path: [self._setting(leaf, path) for leaf in leaves] for path in self._paths(leaves, (*show, *only))},
            **self._weights(cards),
            "seeds": [", ".join(map(str, card.seeds)) or "–" for card in cards],
        }
        one = all(len(card.seeds) == 1 for card in cards)
        names = {"seeds": self._setting_name("seed")} if one else {}
        rows = {names.get(path) or self._setting_name(path): said[path] for path in only or said if path in said}
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
        """Append a row of common settings; if it would be many lines high, widen the table to the text width."""
        words = self.language.word("details.semicolon").join(self._named(name, value) for name, value in alike.items())
        columns = len(others[0])
        first = self._cell(self.language.word("settings.alike"))
        made["c"][4][0][3].append(_wide_row(first, self._cell(words), columns))
        if _room(words) > LINES * sum(max(map(_room, column)) for column in zip(*others, strict=True)):
            shares = [0.25, *[0.75 / columns] * columns]
            sides = [side for side, _ in made["c"][2]]
            made["c"][2] = [[side, {"t": "ColWidth", "c": share}] for side, share in zip(sides, shares, strict=True)]

    def _named(self, name: str, value: str) -> str:
        """Return a setting with its name; no line ends before or in a short value."""
        named = self.language.word("details.named", name=name, value=value)
        end = f" {value}" if named.endswith(f" {value}") else value
        return named.removesuffix(end) + end.replace(" ", NO_BREAK) if len(value) <= SHORT else named

    def _weights(self, cards: Sequence[RunCard]) -> dict[str, list[str]]:
        """Return a row with the epochs whose weights are evaluated, per seed, if any run uses early stopping."""
        if not any(at(card.settings, ("training", "early_stopping")) for card in cards):
            return {}
        of = {card.id: [self.language.word("settings.of_epochs", epoch=e, epochs=n) for e, n in card.weights] for card in cards}
        return {"weights_epoch": [", ".join(of[card.id]) or "–" for card in cards]}

    def _setting(self, leaves: Fields, path: str) -> str:
        if path not in leaves:  # a constant stands in the row that names the schedule in other runs
            path = path.removesuffix(".kind")
        return self.language.setting(leaves[path]) if path in leaves else "–"

    def _paths(self, leaves: Sequence[Fields], show: Sequence[str]) -> list[str]:
        every = list(dict.fromkeys(path for leaf in leaves for path in leaf))
        for path in show:
            if path not in (*every, *OWN):
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
        """Print facts of several runs: a row per run id, a column per `(heading, "test.elbo")` or `(heading, fact, digits)`.

        A sweep stands for all its arms; `("class *", "samples.class_asked_*")` makes a column for each class of a share. If the
        heading is left out, as in `"test.elbo"`, it is the name of the quantity.
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
            stated = f"[{self.language.unit(unit)}]" if unit and unit != "%" else ""
            units.append("" if heading.endswith(stated) else stated)  # a heading may name its unit itself
            for line, run, fact in zip(body, runs, facts, strict=True):
                own = decimals([fact]) if fact and places is None else places  # each cell is rounded by its own fact
                shown = self.speech.fact(f"{run}.{scope}", digits=own, spread=spread) if fact else None
                line.append([span_of(shown)] if shown else text("–"))
        return self.ledger.put_block([table(_with_units(heads, units), body, "l" + "r" * len(heads), caption, id)], id)

    def _each(self, runs: Sequence[str], column: str | Sequence[str | int]) -> Iterator[tuple[str, str, int | None]]:
        """Yield heading, fact and digits of a column, or of the columns of all classes that a `*` stands for."""
        heading, scope, *digits = [column] * 2 if isinstance(column, str) else map(str, column)
        before, star, _ = scope.partition("*")
        first = [fact for name, fact in self.material.facts.items() if name.startswith(f"{runs[0]}.{before}")] if star else []
        classes = {fact.name.partition(".")[2]: str(fact.noun).partition(" ")[2] for fact in first}
        for name, label in [(name, label) for name, label in classes.items() if label] or [(scope, "")]:
            facts = [fact for run in runs if (fact := self.material.facts.get(f"{run}.{name}"))]
            printed = heading.replace("*", self.language.name(label))
            named = noun_of(facts[0], self.language) if facts and heading == scope else printed
            yield named, name, int(digits[0]) if digits else None


def _parts(path: str, leaves: Sequence[Fields]) -> list[str]:
    """Return the settings that a key path stands for: those within it that some run sets, or the path itself."""
    within = dict.fromkeys(each for leaf in leaves for each in leaf if each.startswith(f"{path}.") and leaf[each])
    return [path] if path in OWN or not within else [*within]


def _data(cards: Sequence[RunCard]) -> list[str]:
    """Return the names of the data; if there are several preparations, with what distinguishes them."""
    several = len({card.prepared for card in cards}) > 1
    return [card.prepared if several else card.data for card in cards]


def _differs(values: Sequence[Plain]) -> bool:
    """Whether a setting differs between runs; a missing setting differs only from a truthy value."""
    return len({repr(value) for value in values}) > 1 and any(values)


def _with_units(heads: Sequence[Nodes], units: Sequence[str]) -> list[Nodes]:
    """Return the first row of a table; a unit common to all columns is printed once, in the corner."""
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
    """Return a labelled table.

    Args:
        heads: inlines of each cell of the heading row.
        rows: inlines of each cell of the other rows; the first cell is the row heading.
        columns: alignment of each column: `l`, `c` or `r`.
        caption: Markdown, without number.
        label: `tbl:<name>`.
        source: what the table was made from: `figure` or `run`, and its id.

    Raises:
        ReportError: if the label does not begin with `tbl:`.
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
    """Return the width of words in characters; East Asian wide characters count twice."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in words)


def _wide_row(first: Nodes, words: Nodes, columns: int) -> list[Part]:
    """Return a row whose second cell spans all columns but the first."""
    sides: tuple[Node, Node] = {"t": "AlignDefault"}, {"t": "AlignLeft"}
    return [attr("", [ALIKE]), [[attr(), sides[0], 1, 1, [plain(first)]], [attr(), sides[1], 1, columns, [plain(words)]]]]
