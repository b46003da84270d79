"""What a template shows: figures, equations, listings and tables, printed as labelled Markdown blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from report_builder.document.ledger import Ledger
from report_builder.document.material import FigureCard, Material
from report_builder.document.vocabulary import Printed, Speech, escaped, flat, setting_text
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.languages import NO_BREAK, Language

ESSENTIAL = ("model.latent_dim", "training.epochs", "training.batch_size", "training.learning_rate", "training.optimizer.kind")
_UNPRINTED = re.compile(r"^(versions|seed|threads)\b|fingerprint|^model\.kind$|^data\.")


def one_line(text: str) -> str:
    """Text without line breaks."""
    return " ".join(text.split())


def quoted(text: str) -> str:
    """Text as a Markdown attribute's value."""
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True)
class Evidence:
    """The words of the template that show something."""

    material: Material
    language: Language
    ledger: Ledger
    speech: Speech

    def words(self) -> dict[str, Any]:
        """The globals of the template."""
        names = ("figure", "equation", "symbols", "listing", "settings_table", "fact_table")
        return {name: getattr(self, name) for name in names}

    def figure(self, name: str, width: str | None = None, caption: str | None = None) -> str:
        """A figure with its caption and the details that its drawing states."""
        self.ledger.cite("figures", name)
        if name not in self.material.figures:
            self.ledger.unknown("figure", name, self.material.figures)
        card = self.material.figures.get(name, FigureCard(name, name))
        said = one_line(caption if caption is not None else card.caption)
        details = " " + re.sub(r" (?=\d)", NO_BREAK, escaped(one_line(card.details))) if card.details else ""
        alt = quoted(card.alt or said)
        return f"\n\n![{said}{details}](figure:{name}){{#fig:{name} width={quoted(width or card.width)} alt={alt}}}\n\n"

    # --- equations --------------------------------------------------------------------------------------------------------------

    def equation(self, run: str, id: str | None = None) -> str:  # noqa: A002 - a label is called id in Markdown, too
        """The loss that the run compiled, as a numbered equation `eq:<run>`."""
        found = self._equation(run)
        return f"\n\n$${one_line(found.latex)}$$ {{#eq:{id or run}}}\n\n" if found else ""

    def symbols(self, run: str) -> str:
        """"where:" and the meaning of each symbol of the run's loss."""
        found = self._equation(run)
        if not found or not found.symbols:
            return ""
        lines = [f"- ${symbol}$ – {self._meaning(meaning)}" for symbol, meaning in found.symbols]
        ends = [*[";"] * (len(lines) - 1), "."]
        listed = "\n".join(line + end for line, end in zip(lines, ends, strict=True))
        return f"\n\n::: symbols\n{self.language.word('where')}\n\n{listed}\n:::\n\n"

    def _equation(self, run: str) -> Any:
        self.ledger.cite("equations", run)
        if run not in self.material.equations:
            self.ledger.unknown("equation", run, self.material.equations)
        return self.material.equations.get(run)

    def _meaning(self, meaning: Any) -> str:
        text = meaning.get(self.language.code) or meaning.get("en", "?")
        return Printed(text, text).__str__()

    # --- listings ---------------------------------------------------------------------------------------------------------------

    def listing(self, run: str, part: str, caption: str | None = None, id: str | None = None) -> str:  # noqa: A002
        """Code cut from the file that ran, with its line numbers there; label `lst:<run>-<part>`."""
        self.ledger.cite("listings", f"{run}.{part}")
        found = self.material.listings.get((run, part))
        if found is None:
            parts = [p for r, p in self.material.listings if r == run]
            self._no_listing(run, part, parts)
            return ""
        fence = "`" * max(3, 1 + max((len(ticks) for ticks in re.findall(r"`+", found.code)), default=0))
        lines = self.language.word("listing.lines", file=f"`{found.file}`", line=found.first_line)
        said = one_line(caption) if caption else f"{self.speech.run(run).model.text}, `{part}`"
        code = found.code.strip("\n")
        head = f"::::: {{.listing #lst:{id or f'{run}-{part}'} first={found.first_line}}}"
        return f"\n\n{head}\n{fence} {found.language}\n{code}\n{fence}\n\n{said} ({lines})\n:::::\n\n"

    def _no_listing(self, run: str, part: str, parts: Sequence[str]) -> None:
        if parts:
            self.ledger.unknown(f"listing of run '{run}'", part, parts)
        else:
            self.ledger.unknown("run with listings", run, {r for r, _ in self.material.listings})

    # --- tables -----------------------------------------------------------------------------------------------------------------

    def settings_table(self, runs: Sequence[str], caption: str = "", id: str = "tbl:settings", show: Sequence[str] = ()) -> str:  # noqa: A002
        """The resolved settings of runs: the essential ones, those that differ, and those named in `show` (key paths)."""
        cards = [self.speech.card(run) for run in runs]
        leaves = [dict(flat(card.settings)) for card in cards]
        rows = [self._row("model", [self.speech._titled(card.model).text for card in cards])]
        rows.append(self._row("data", [self.speech._titled(card.data).text for card in cards]))
        for path in self._paths(leaves, show):
            rows.append(self._row(path, [setting_text(leaf[path], self.language) if path in leaf else "–" for leaf in leaves]))
        rows.append(self._row("seeds", [", ".join(map(str, card.seeds)) or "–" for card in cards]))
        heads = [self.language.word("settings.setting"), *(str(Printed(card.name, card.name)) for card in cards)]
        return _table(heads, rows, "l" + "c" * len(cards), caption, id)

    def _paths(self, leaves: Sequence[dict[str, Any]], show: Sequence[str]) -> list[str]:
        every = list(dict.fromkeys(path for leaf in leaves for path in leaf))
        for path in show:
            if path not in every:
                self.ledger.problem("unknown setting in a table", repr(path), near_miss(path, every))
        wanted = [p for p in every if not _UNPRINTED.search(p) and len({repr(leaf.get(p)) for leaf in leaves}) > 1]
        chosen = {*wanted, *show, *ESSENTIAL}
        return [path for path in every if path in chosen]

    def _row(self, path: str, values: Sequence[str]) -> list[str]:
        parts = path.split(".")
        name = parts[-2] if parts[-1] == "kind" and len(parts) > 1 else parts[-1]
        key = f"settings.{name}"
        label = self.language.word(key) if self.language.has(key) else f"`{path}`"
        return [label, *(str(Printed(value, value)) for value in values)]

    def fact_table(
        self,
        rows: Sequence[str],
        columns: Sequence[Sequence[Any]],
        caption: str = "",
        id: str = "tbl:facts",  # noqa: A002
        *,
        spread: bool = True,
    ) -> str:
        """Facts of several runs: a row per run id, a column per `(heading, "test.elbo")` or `(heading, "test.elbo", digits)`."""
        heads, body = [""], [[str(Printed(card.name, card.name))] for card in map(self.speech.card, rows)]
        for heading, scope, *digits in columns:
            facts = [self.material.facts.get(f"{run}.{scope}") for run in rows]
            if not any(facts):
                self.speech.fact(f"{rows[0]}.{scope}")
            unit = next((fact.unit for fact in facts if fact), "")
            heads.append(heading + (f" [{self.language.unit(unit)}]" if unit and unit != "%" else ""))
            for line, run, fact in zip(body, rows, facts, strict=True):
                shown = self.speech.fact(f"{run}.{scope}", digits=digits[0] if digits else None, spread=spread) if fact else "–"
                line.append(str(shown))
        heads = [head.replace("[", "\\[").replace("]", "\\]") for head in heads]
        return _table(heads, body, "l" + "r" * len(columns), caption, id)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], columns: str, caption: str, label: str) -> str:
    rules = {"l": ":---", "c": ":--:", "r": "---:"}
    if not label.startswith("tbl:"):
        raise ReportError(Problem("", "a table's id begins with 'tbl:'", repr(label)))
    lines = [heads, [rules[column] for column in columns], *rows]
    body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"\n\n{body}\n\n: {one_line(caption)} {{#{label}}}\n\n"
