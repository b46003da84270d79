"""Parses TeX math into parts in one pass; unsupported commands are rejected by name."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection
from difflib import get_close_matches

from report_builder.document.formulas import symbols
from report_builder.document.formulas.commands import COMMANDS
from report_builder.document.formulas.parts import (
    PRIME,
    Brace,
    Name,
    Part,
    Row,
    Scripts,
    Space,
    Style,
    Symbol,
    UnsettableError,
    Words,
    kind_of,
    settled,
)
from report_builder.errors import Problem
from report_builder.limits import FORMULA_DEPTH, FORMULA_LETTERS

# A command; a number (with its decimal mark possibly in braces); a letter with combining marks; any other character.
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:(?:\.|\{[.,]\})\d+)*|%[^\n]*\n?|\s+|[^\W\d_][\u0300-\u036f]*|.", re.DOTALL)
_ENDS = ("", "}", "&", "\\\\", "\\cr", "\\right", "\\middle", "\\end", "\\hline")
_WORD = re.compile(r"[^\W\d_]")


@functools.lru_cache(4096)
def read(tex: str) -> Row:
    """Parse a formula.

    Raises:
        UnsettableError: if a command is unknown or unsupported, braces or fences do not match, or a limit is exceeded.
    """
    if len(tex) > FORMULA_LETTERS.value:
        raise _unsettable(FORMULA_LETTERS.problem("", len(tex)))
    reader = Reader(tex)
    row = reader.row()
    if (end := reader.peek()) in ("&", "\\\\", "\\cr", "\\hline"):
        raise UnsettableError(f"{end} stands in no environment", end, r"Write \begin{aligned} a &= b \\ c &= d \end{aligned}.")
    if end:
        raise UnsettableError(f"{end} ends nothing that was begun", end)
    return row


def _unsettable(problem: Problem) -> UnsettableError:
    return UnsettableError(problem.rule, problem.received, f"{problem.allowed}  {problem.next_step}")


class Reader:
    """A single-pass parser of the tokens of a formula."""

    def __init__(self, tex: str) -> None:
        self.tex = tex
        self.tokens = [found for found in _TOKEN.finditer(tex) if not found[0].startswith("%")]
        self.at = 0
        self.depth = 0
        self.font = ""

    # --- tokens -------------------------------------------------------------------------------------------------------------

    def peek(self) -> str:
        """Return the next token that is not whitespace, or ""."""
        while self.at < len(self.tokens) and self.tokens[self.at][0].isspace():
            self.at += 1
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        """Consume and return the next token."""
        word = self.peek()
        self.at += 1
        return word

    def skip(self, word: str) -> bool:
        """Consume the next token if it is `word`; return whether it was."""
        found = self.peek() == word
        self.at += found
        return found

    def need(self, word: str, after: str) -> None:
        """Consume the next token, which must be `word`."""
        if not self.skip(word):
            raise UnsettableError(f"{word} is missing after {after}", self.peek() or "the end of the formula")

    def raw(self, after: str) -> str:
        """Consume a group in braces and return its source."""
        self.need("{", after)
        start, level = self.at, 1
        while self.at < len(self.tokens):
            word = self.tokens[self.at][0]
            level += (word == "{") - (word == "}")
            self.at += 1
            if not level:
                return "".join(found[0] for found in self.tokens[start : self.at - 1])
        raise UnsettableError("a brace is not closed", "{")

    def nested(self, tex: str) -> Row:
        """Parse a formula inside text within this one."""
        return Row(read(tex).parts, "ord")

    # --- rows ---------------------------------------------------------------------------------------------------------------

    def row(self, ends: Collection[str] = _ENDS, kind: str = "", after: str = "start") -> Row:
        """Parse parts up to one of the tokens `ends`, which is not consumed; `after` is the class of what precedes them."""
        self._deeper()
        parts: list[Part] = []
        while (word := self.peek()) not in ends:
            self.at += 1
            self._one(word, parts)
        self.depth -= 1
        return Row(settled(parts, after), kind)

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > FORMULA_DEPTH.value:
            raise _unsettable(FORMULA_DEPTH.problem(""))

    def _one(self, word: str, parts: list[Part]) -> None:
        if word in ("^", "_", "'"):
            bare = not parts or isinstance(parts[-1], Space | Style)
            parts.append(self._scripts(word, Row(kind="ord") if bare else parts.pop()))
        elif word in ("\\limits", "\\nolimits"):
            base = parts.pop() if parts else Row()
            if kind_of(base) != "op":
                raise UnsettableError(f"{word} stands after no operator", word, r"Write \operatorname*{name}_{below}.")
            limits = "always" if word == "\\limits" else "no"
            parts.append(self._scripts(self.take(), base, limits) if self.peek() in ("^", "_") else base)
        elif word[1:] in symbols.STYLES and word[0] == "\\":
            parts.append(Style(symbols.STYLES[word[1:]], self.row()))
        else:
            parts.append(self.atom(word))

    def _scripts(self, word: str, base: Part, limits: str = "") -> Scripts:
        found: dict[str, list[Part]] = {}
        while True:
            place = "_" if word == "_" else "^"
            if place in found and not (word == "'" or found[place] == [PRIME] * len(found[place])):
                raise UnsettableError(f"two scripts stand at one letter ({place})", word, "Put the first into braces: {a_b}_c.")
            found.setdefault(place, []).extend([PRIME] if word == "'" else self.argument(word).parts)
            if self.peek() not in ("^", "_", "'"):
                break
            word = self.take()
        below, above = (Row(settled(found[place])) if place in found else None for place in "_^")
        return Scripts(base, below, above, limits or _limits(base))

    def argument(self, after: str, font: str | None = None) -> Row:
        """Parse the argument of a command: a group or a single token."""
        outer, self.font = self.font, self.font if font is None else font
        word = self.take()
        if word == "{":
            row = self.row()
            self.need("}", "{")
        elif word in _ENDS or word in ("^", "_"):
            raise UnsettableError(f"nothing stands after {after}", after, "Write {} if nothing is meant.")
        else:
            if len(word) > 1 and word[0].isdigit():  # TeX takes only the 1 of 12
                self.at -= 1
                self.tokens[self.at : self.at + 1] = [*_TOKEN.finditer(word[0]), *_TOKEN.finditer(word[1:])]
                word = self.take()
            self._deeper()
            row = Row(settled([self.atom(word)]))
            self.depth -= 1
        self.font = outer
        return row

    def option(self) -> Row | None:
        """Parse an optional argument in brackets, or return None."""
        if not self.skip("["):
            return None
        row = self.row((*_ENDS, "]"))
        self.need("]", "[")
        return row

    # --- single parts -------------------------------------------------------------------------------------------------------

    def atom(self, word: str) -> Part:
        """Parse one part, whose first token `word` has already been consumed."""
        if word == "{":
            row = self.row(kind="ord")
            self.need("}", "{")
            return row
        if word == "~":
            return Space(symbols.SPACES[" "])
        if word[0].isdigit():
            return self._number(word)
        if word[0] != "\\":
            return self._character(word)
        return self._command(word[1:])

    def _number(self, word: str) -> Part:
        text = re.sub(r"[{}]", "", word)
        mapped = [symbols.letter(char, self.font) for char in text]
        if self.font in ("cal", "frak"):
            raise UnsettableError("this font has no digits", text, r"Write \mathbf{...} or \mathbb{...}.")
        return Words("".join(new or old for new, old in zip(mapped, text, strict=True)), number=True)

    def _character(self, char: str) -> Part:
        if _WORD.match(char):
            return self._letter(unicodedata.normalize("NFC", char))
        if char in "#$":
            raise UnsettableError(f"{char} has no meaning here", char, f"Write \\{char} for the character.")
        text, kind = symbols.TYPED.get(char, (char, "ord"))
        return Symbol(text, kind)

    def _letter(self, char: str) -> Part:
        """Return a letter in the current font; consecutive letters in an upright or italic text font form one word."""
        if self.font in ("rm", "it"):
            while self.at < len(self.tokens) and (found := self.tokens[self.at][0])[0].isalnum():
                char += found
                self.at += 1
            return Words(unicodedata.normalize("NFC", char), self.font)
        if not self.font:
            return Symbol(char, italic=not ("Α" <= char <= "Ω") and unicodedata.category(char[0]) != "Lo")
        mapped = symbols.letter(char, self.font)
        if mapped is None and self.font != "bfit":
            raise UnsettableError("this font has no such letter", char, r"Write \text{...} or \mathrm{...} for words.")
        return Symbol(mapped or char)

    def _command(self, name: str) -> Part:
        if name in symbols.SYMBOLS:
            return self._symbol(*symbols.SYMBOLS[name])
        if name in symbols.FUNCTIONS or name in symbols.LIMITS:
            return Name(symbols.LIMITS.get(name, name), name in symbols.LIMITS)
        if name in symbols.SPACES:
            return Space(symbols.SPACES[name])
        if name in COMMANDS:
            return COMMANDS[name](self, name)
        raise _unknown(name)

    def _symbol(self, char: str, kind: str) -> Symbol:
        if kind == "ord" and self.font == "bfit":
            char = symbols.letter(char, "bfit") or char
            return Symbol(char)
        greek = kind == "ord" and unicodedata.category(char[0]) in ("Ll", "Lu")
        return Symbol(char, kind, italic=greek and "α" <= char <= "ϵ")


def _limits(base: Part) -> str:
    """Return the default placement of the scripts of a part."""
    if isinstance(base, Symbol) and base.kind == "op":
        return "no" if base.text in symbols.INTEGRALS else "display"
    if isinstance(base, Name):
        return "display" if base.limits else "no"
    if isinstance(base, Row) and base.kind == "op":
        return "display"
    return "always" if isinstance(base, Brace) and base.name not in ("overline", "underline") else "no"


def _unknown(name: str) -> UnsettableError:
    if name in symbols.REFUSED:
        return UnsettableError(f"\\{name} cannot be set", f"\\{name}", symbols.REFUSED[name])
    known = [*symbols.SYMBOLS, *symbols.FUNCTIONS, *symbols.LIMITS, *COMMANDS]
    near = get_close_matches(name, known, cutoff=0.75)
    return UnsettableError(f"\\{name} is no command that can be set", f"\\{name}", f"Did you mean \\{near[0]}?" if near else "")
