"""Template functions that show figures, equations and listings as labelled blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from report_builder.document.captions import captioned, sentences_of
from report_builder.document.channel import markdown, printed_span
from report_builder.document.material import FigureCard, Fragment, Listing, SubfiguresCard
from report_builder.document.printed import Told
from report_builder.document.structure import prompt
from report_builder.document.tree import Node, Nodes, attr, code, div, para, plain, text
from report_builder.document.vocabulary import Vocabulary
from report_builder.kinds import Equation, Words

PLACES = ("here", "auto")
_DEFINED = re.compile(r"^\s*(?:async )?(?:def|class) (\w+)", re.MULTILINE)
_SLOT = "\ue100"  # stands in for the file name while the sentence is formatted


def captioned_block(kind: str, label: str, caption: Nodes, blocks: Nodes) -> Node:
    """Return a figure with its label and caption, as a pandoc node of this kind."""
    return {"t": kind, "c": [attr(label), [None, [plain(caption)]], blocks]}


def _picture(card: FigureCard, caption: Nodes, width: str, placed: Mapping[str, str]) -> Node:
    alt = {"alt": " ".join(card.alt.split())} if card.alt else {}
    given = attr("", (), {"width": width, **alt, **placed})
    image = {"t": "Image", "c": [given, caption, [f"figure:{card.id}", ""]]}
    return captioned_block("Figure", f"fig:{card.id}", caption, [plain([image])])


class Evidence(Vocabulary):
    """The template functions that show something."""

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """Return the template globals."""
        return {"figure": self.figure, "equation": self.equation, "symbols": self.symbols, "listing": self.listing}

    def figure(self, name: str, width: str | None = None, caption: str | None = None, *, place: str = "here") -> str:
        """Show a figure, or figures side by side, with the caption and the details that the plots state.

        The figure stays in place (`here`); with `auto`, the PDF may move paragraphs that follow it before it to fill the page.
        """
        if place not in PLACES:
            self.ledger.unknown("place of a figure", place, PLACES)
        self.ledger.cite("figures", name)
        placed = {"place": place} if place != "here" else {}
        if name in self.material.subfigures:
            return self._side_by_side(self.material.subfigures[name], caption, placed)
        if name not in self.material.figures:
            self.ledger.unknown("figure", name, [*self.material.figures, *self.material.subfigures])
        card = self.material.figures.get(name, FigureCard(name, name))
        said = captioned(f"{card.caption if caption is None else caption}", sentences_of(card), self.language)
        return self.ledger.put_block([_picture(card, said, width or card.width, placed)], f"fig:{card.id}")

    def _side_by_side(self, group: SubfiguresCard, caption: str | None, placed: Mapping[str, str]) -> str:
        """Build figures side by side; details common to all panels are stated once, in the common caption."""
        cards = [self.material.figures[part] for part in group.parts]
        shared = [sentence for sentence in cards[0].sentences if all(sentence in card.sentences for card in cards)]
        own = [[sentence for sentence in card.sentences if sentence not in shared] for card in cards]
        said = [captioned(card.caption, sentences, self.language) for card, sentences in zip(cards, own, strict=True)]
        parts = [_picture(card, words, card.width, {}) for card, words in zip(cards, said, strict=True)]
        common = captioned(f"{group.caption if caption is None else caption}", shared, self.language)
        panels = div([*parts, para(common)], ["panels"], f"fig:{group.id}", {"columns": f"{group.columns}", **placed})
        return self.ledger.put_block([panels], f"fig:{group.id}", *(f"fig:{card.id}" for card in cards))

    # --- equations ----------------------------------------------------------------------------------------------------------

    def equation(self, run: str, id: str | None = None) -> str:  # noqa: A002 - named as in Markdown
        """Print the loss that the run was compiled with, as a numbered equation labelled `eq:<run>` unless `id` is given."""
        found = self._equation(run)
        if not found:
            return ""
        label = f"eq:{id or run}"
        formula = {"t": "Math", "c": [{"t": "DisplayMath"}, " ".join(found.latex.split())]}
        return self.ledger.put_block([div([para([formula])], ["equation"], label)], label)

    def symbols(self, run: str) -> str:
        """Print the word "where" and the meaning of each symbol in the run's loss."""
        found = self._equation(run)
        if not found or not found.symbols:
            return ""
        ends = [*[self.language.words["details.semicolon"].strip()] * (len(found.symbols) - 1), self.language.stop]
        items = [[plain(self._symbol(*known, end=end))] for known, end in zip(found.symbols, ends, strict=True)]
        where = para([printed_span(text(self.language.word("where")), "fact")])
        return self.ledger.put_block([div([where, {"t": "BulletList", "c": items}], ["symbols"])])

    def _symbol(self, symbol: str, meaning: Words, *, end: str) -> Nodes:
        mark = self.language.words["number.decimal"]
        symbol = re.sub(r"(?<=\d)\.(?=\d)", mark if mark == "." else f"{{{mark}}}", symbol)
        told = self.language.translated(meaning)
        return [{"t": "Math", "c": [{"t": "InlineMath"}, symbol]}, *text(" – "), printed_span(text(told), "fact"), *text(end)]

    def _equation(self, run: str) -> Equation | None:
        self.ledger.cite("equations", run)
        if run not in self.material.equations:
            self.ledger.unknown("equation", run, self.material.equations)
        return self.material.equations.get(run)

    # --- listings -----------------------------------------------------------------------------------------------------------

    def listing(
        self,
        run: str,
        part: str,
        caption: str | None = None,
        id: str | None = None,  # noqa: A002
        *,
        cell: int | None = None,
        only: str | Sequence[str] = (),
    ) -> str:
        """Print code cut from the files that ran, with file names and original line numbers; label `lst:<run>-<part>`.

        With `cell`, it is numbered like a notebook cell: `In [5]:`. `only` names the functions and classes to print.
        """
        self.ledger.cite("listings", f"{run}.{part}")
        found = self.material.listings.get((run, part))
        if found is None:
            parts = [p for r, p in self.material.listings if r == run]
            self._no_listing(run, part, parts)
            return ""
        said = [markdown(f"{caption}")] if caption else [*text(f"{self.speech.run(run).model.text}, "), code(part)]
        label = f"lst:{id or f'{run}-{part}'}"
        if cell is not None and (type(cell) is not int or cell < 1):
            self.ledger.problem("the number of a cell", repr(cell), "A whole number from 1 on.")
        blocks: Nodes = [] if cell is None else [prompt(f"{cell}")]
        for one in self._chosen(found, [only] if isinstance(only, str) else only):
            numbered = attr("", [found.language], {"startFrom": f"{one.line}"})
            blocks += [para([printed_span(self._origin(one), "fact")]), {"t": "CodeBlock", "c": [numbered, one.code]}]
        return self.ledger.put_block([div([*blocks, para(said)], ["listing"], label)], label)

    def _chosen(self, found: Listing, only: Sequence[str]) -> Sequence[Fragment]:
        """Return the code that is printed: that which defines one of these names, or all of it."""
        if not only:
            return found.fragments
        named = {defined[1]: one for one in found.fragments if (defined := _DEFINED.search(one.code))}
        for name in only:
            if name not in named:
                self.ledger.unknown(f"function in the listing '{found.part}' of run '{found.run}'", f"{name}", named)
        return [one for name, one in named.items() if name in only]

    def _origin(self, found: Fragment) -> Nodes:
        """Return the note on the file and line that the code comes from."""
        if not found.file:
            return text(self.language.word("listing.layers"))
        before, _, after = self.language.word("listing.lines", file=_SLOT, line=found.line).partition(_SLOT)
        return [*text(before), code(found.file), *text(after)]

    def _no_listing(self, run: str, part: str, parts: Sequence[str]) -> None:
        if parts:
            self.ledger.unknown(f"listing of run '{run}'", part, parts)
        else:
            self.ledger.unknown("run with listings", run, {r for r, _ in self.material.listings})
