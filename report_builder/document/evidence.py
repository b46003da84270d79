"""What a template shows: figures, equations, listings and tables, printed as labelled Markdown blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from report_builder.document.ledger import Ledger
from report_builder.document.material import FigureCard, Listing, Material, SubfiguresCard
from report_builder.document.printed import escaped
from report_builder.document.seals import SEAL
from report_builder.document.vocabulary import Speech
from report_builder.languages import NO_BREAK, Language

PLACES = ("", "top", "bottom", "auto")


def one_line(text: str) -> str:
    """Text without line breaks."""
    return " ".join(text.split())


def quoted(text: str) -> str:
    """Text as a Markdown attribute's value."""
    return '"' + one_line(text).replace(SEAL, "").replace("\\", "\\\\").replace('"', '\\"') + '"'


def _captioned(caption: str, details: str) -> str:
    """The author's words, ended, and then the details as plain text."""
    said = one_line(caption)
    said += "." if said and said[-1] not in ".!?。" and details else ""
    return said + (" " + re.sub(r" (?=\d)", NO_BREAK, escaped(one_line(details))) if details else "")


def _picture(card: FigureCard, caption: str, width: str, placed: str = "") -> str:
    label = f"#fig:{card.id} width={quoted(width)} alt={quoted(card.alt or caption)}{placed}"
    return f"\n\n![{caption}](figure:{card.id}){{{label}}}\n\n"


@dataclass(frozen=True)
class Evidence:
    """The words of the template that show something."""

    material: Material
    language: Language
    ledger: Ledger
    speech: Speech

    def words(self) -> dict[str, Any]:
        """The globals of the template."""
        names = ("figure", "equation", "symbols", "listing")
        return {name: getattr(self, name) for name in names}

    def figure(self, name: str, width: str | None = None, caption: str | None = None, *, place: str = "") -> str:
        """A figure, or figures side by side, with caption and the details that the drawings state.

        `place` lets the PDF move it (`top`, `bottom` or `auto`), so that text fills the page around it; else it stays here.
        """
        if place not in PLACES:
            self.ledger.unknown("place of a figure", place, PLACES)
        self.ledger.cite("figures", name)
        placed = f" place={place}" if place else ""
        if name in self.material.subfigures:
            return self._side_by_side(self.material.subfigures[name], caption, placed)
        if name not in self.material.figures:
            self.ledger.unknown("figure", name, [*self.material.figures, *self.material.subfigures])
        card = self.material.figures.get(name, FigureCard(name, name))
        said = _captioned(card.caption if caption is None else caption, card.details)
        return _picture(card, said, width or card.width, placed)

    def _side_by_side(self, group: SubfiguresCard, caption: str | None, placed: str) -> str:
        """What all parts state is said once, in the common caption."""
        cards = [self.material.figures[part] for part in group.parts]
        shared = [sentence for sentence in cards[0].sentences if all(sentence in card.sentences for card in cards)]
        space = self.language.word("details.space")
        own = [space.join(sentence for sentence in card.sentences if sentence not in shared) for card in cards]
        parts = [_picture(c, _captioned(c.caption, said) or NO_BREAK, c.width) for c, said in zip(cards, own, strict=True)]
        common = _captioned(group.caption if caption is None else caption, space.join(shared))
        head = f"{{.panels #fig:{group.id} columns={group.columns}{placed}}}"
        return f"\n\n:::::: {head}\n{''.join(parts)}\n\n{common}\n::::::\n\n"

    # --- equations ----------------------------------------------------------------------------------------------------------

    def equation(self, run: str, id: str | None = None) -> str:  # noqa: A002 - a label is called id in Markdown, too
        """The loss that the run compiled, as a numbered equation `eq:<run>`."""
        found = self._equation(run)
        return f"\n\n$${one_line(found.latex)}$$ {{#eq:{id or run}}}\n\n" if found else ""

    def symbols(self, run: str) -> str:
        """The word "where" and the meaning of each symbol of the run's loss."""
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
        return str(self.speech.printed(text, text))

    # --- listings -----------------------------------------------------------------------------------------------------------

    def listing(self, run: str, part: str, caption: str | None = None, id: str | None = None) -> str:  # noqa: A002
        """Code cut from the file that ran, with its line numbers there; label `lst:<run>-<part>`."""
        self.ledger.cite("listings", f"{run}.{part}")
        found = self.material.listings.get((run, part))
        if found is None:
            parts = [p for r, p in self.material.listings if r == run]
            self._no_listing(run, part, parts)
            return ""
        fence = "`" * max(3, 1 + max((len(ticks) for ticks in re.findall(r"`+", found.code)), default=0))
        lines = self._lines(found)
        said = one_line(caption) if caption else f"{self.speech.run(run).model.text}, `{part}`"
        numbers = ",".join(map(str, found.numbers))
        head = f'::::: {{.listing #lst:{id or f"{run}-{part}"} lines="{numbers}"}}'
        return f"\n\n{head}\n{fence} {found.language}\n{found.code}\n{fence}\n\n{said} ({lines})\n:::::\n\n"

    def _lines(self, found: Listing) -> str:
        """Where the code stands."""
        if not found.files:
            return self.language.word("listing.layers")
        return "; ".join(self.language.word("listing.lines", file=f"`{file}`", line=line) for file, line in found.files)

    def _no_listing(self, run: str, part: str, parts: Sequence[str]) -> None:
        if parts:
            self.ledger.unknown(f"listing of run '{run}'", part, parts)
        else:
            self.ledger.unknown("run with listings", run, {r for r, _ in self.material.listings})
