"""Reads a report that was written without this program and finds contradictions in it.

All it has to go on is the text itself: captions and their numbers, references to them, names of models, quantities and values.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from report_builder import languages
from report_builder.document import pandoc
from report_builder.document.fonts import EAST
from report_builder.document.ledger import SourceMap
from report_builder.document.lexicon import Lexicon, lexicon
from report_builder.document.material import Material
from report_builder.document.naming import Names
from report_builder.document.passages import passages
from report_builder.document.places import Places, give_lines
from report_builder.document.sentences import Number, Sentence, sentences
from report_builder.document.tree import LINE, Nodes, walk
from report_builder.errors import Problem, ReportError
from report_builder.facts import Fact
from report_builder.records import frozen

FORMATS: Mapping[str, str] = {".md": "markdown", ".markdown": "markdown", ".ipynb": "ipynb", ".docx": "docx"}
_FRONT = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)
_WORD = re.compile(rf"{EAST.pattern}|[^\W\d_]+")
_MODEL = r"(?<![\w-])[\w-]*(?:{})[\w-]*"


@frozen
class Text:
    """A report as blocks with their places: lines, or paragraph numbers for formats without lines."""

    blocks: Nodes
    places: Places

    @classmethod
    def read(cls, file: Path) -> Text:
        """Read a Markdown file directly, or a notebook or Word file through pandoc.

        Raises:
            ReportError: if the file cannot be read or has another format.
        """
        form = FORMATS.get(file.suffix.lower())
        if form is None:
            raise ReportError(Problem(str(file), "a file that cannot be checked", file.suffix, f"Known: {', '.join(FORMATS)}."))
        if form == "markdown":
            try:
                markdown = file.read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError) as error:
                raise ReportError(Problem(str(file), "the file cannot be read", str(error))) from None
            return cls.of(markdown, str(file))
        blocks = pandoc.convert(file, form)
        for number, block in enumerate(walk(blocks, "Para", "Plain", "Header"), 1):
            for node in walk(block):
                node[LINE] = number
        return cls._text_of(blocks, "", str(file))

    @classmethod
    def of(cls, markdown: str, file: str = "") -> Text:
        """Parse Markdown, keeping its lines; `file` is the name used in messages."""
        markdown = _FRONT.sub(lambda front: "\n" * front[0].count("\n"), markdown)
        blocks = pandoc.read([markdown])[0].blocks
        give_lines(blocks, markdown)
        return cls._text_of(blocks, markdown, file)

    @classmethod
    def _text_of(cls, blocks: Nodes, markdown: str, file: str) -> Text:
        count = max((node.get(LINE, 0) for node in walk(blocks)), default=0)
        lines = tuple((file, number) for number in range(1, count + 1))
        return cls(blocks, Places(markdown, SourceMap(file, lines)))

    @property
    def language(self) -> str:
        """The code of the language in whose own file most words of the text occur; English if there are none."""
        words = _words("\n".join(passage.typed for passage in passages(self.blocks)))
        order = sorted(languages.codes(), key=lambda code: code != languages.SOURCE)
        return max(order, key=lambda code: sum(word in _vocabulary(code) for word in words))


@functools.cache
def _vocabulary(code: str) -> frozenset[str]:
    """Words that occur in the file of a language."""
    language = languages.load(code)
    return frozenset(_words("\n".join([language.template, *language.words.values()])))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def models_named(text: Text, short: Sequence[str]) -> list[str]:
    """Return the models named in a text: short names of model kinds with any prefix or suffix attached to them."""
    pattern = re.compile(_MODEL.format("|".join(map(re.escape, short))))
    return sorted({found for passage in passages(text.blocks) for found in pattern.findall(passage.typed)})


@frozen
class _Reference:
    kind: str
    number: str
    line: int


@dataclass
class Reading:
    """The checks of one text; `material` has the names of its models and, if a report is given, the facts of the report."""

    text: Text
    material: Material
    _values: dict[tuple[str, str, str], tuple[Number, int]] = field(default_factory=dict)

    def problems(self) -> list[Problem]:
        """Return all problems, in the order of the text."""
        words, names = lexicon(self.material.header.language), Names(self.material)
        said = [[*sentences(passage, words, names)] for passage in passages(self.text.blocks)]
        captions = [found for paragraph in said for found in self._captions(paragraph, words)]
        referred = [found for paragraph in said for found in self._references(paragraph, words)]
        found = [
            *self._check_captions(captions, referred),
            *(p for paragraph in said for p in self._unfounded(paragraph, words)),
        ]
        for paragraph in said:
            for sentence in paragraph:
                found += [*self._contradictions(sentence), *self._check_value(sentence)]
        return sorted(dict.fromkeys(found), key=lambda problem: _number(problem.where))

    def _where(self, line: int) -> str:
        return self.text.places.line(line)

    # --- figures and tables -------------------------------------------------------------------------------------------------

    def _captions(self, paragraph: Sequence[Sentence], words: Lexicon) -> Iterator[_Reference]:
        """Yield the number that a paragraph begins with if it is a caption, such as `Figure 3.` or `Table 2:`."""
        if paragraph:
            first = paragraph[0].passage
            found = words.pattern("reference", r"^\W*({})\s*(\d+[a-z]?)\s*[.:：)–—-]").match(first.typed)
            if found:
                yield _Reference(_kind(found[1], words), found[2], first.line)

    def _references(self, paragraph: Sequence[Sentence], words: Lexicon) -> Iterator[_Reference]:
        pattern = words.pattern("reference", r"({})\s*(?:nr\s*|no\.?\s*)?\(?(\d+[a-z]?)\)?")
        for sentence in paragraph:
            if not words.says("elsewhere", sentence.typed):
                for found in pattern.finditer(sentence.typed):
                    caption = sentence is paragraph[0] and not sentence.typed[: found.start()].strip(" *_([")
                    if not caption or not re.match(r"\s*[.:：)–—-]", sentence.typed[found.end() :]):
                        yield _Reference(_kind(found[1], words), found[2], sentence.line)

    def _check_captions(self, captions: Sequence[_Reference], referred: Sequence[_Reference]) -> Iterator[Problem]:
        """Yield dangling references, duplicate or out-of-order numbers, and figures and tables that nothing refers to."""
        known = {(caption.kind, caption.number) for caption in captions}
        for reference in referred:
            if (reference.kind, reference.number) not in known:
                rule = "a reference to a number that no caption has"
                of_kind = sorted((number for kind, number in known if kind == reference.kind), key=_number)
                yield Problem(
                    self._where(reference.line), rule, _label(reference), f"Captions: {', '.join(of_kind) or 'none'}."
                )
        last = dict[str, int]()
        for caption in captions:
            number = _number(caption.number)
            if number != last.get(caption.kind, 0) + 1:
                rule = "a caption whose number does not follow that of the caption before"
                yield Problem(self._where(caption.line), rule, _label(caption), f"Expected: {last.get(caption.kind, 0) + 1}.")
            last[caption.kind] = number
            if (caption.kind, caption.number) not in {(reference.kind, reference.number) for reference in referred}:
                yield Problem(self._where(caption.line), "nothing refers to this figure or table", _label(caption))

    # --- sentences ----------------------------------------------------------------------------------------------------------

    def _unfounded(self, paragraph: Sequence[Sentence], words: Lexicon) -> Iterator[Problem]:
        """Yield verdicts without a number or a reference in the same or an adjacent sentence."""
        for place, sentence in enumerate(paragraph):
            verdict = words.pattern("verdict", r"{}\w*").search(sentence.typed)
            beside = paragraph[max(place - 1, 0) : place + 2]
            founded = any(other.numbers or words.pattern("reference", r"{}\s*\(?\d").search(other.typed) for other in beside)
            if verdict and sentence.runs and not founded and not words.says("theory", sentence.typed):
                rule = "an unsupported verdict"
                step = "Give the values that it rests on, or refer to the figure or table that has them."
                yield Problem(self._where(sentence.line), rule, sentence.shown, next_step=step)

    def _contradictions(self, sentence: Sentence) -> Iterator[Problem]:
        """Yield a value that differs from the one an earlier sentence gives for the same quantity of the same model."""
        key, number = self._value(sentence)
        if number is None:
            return
        before = self._values.setdefault(key, (number, sentence.line))
        if not _same(before[0].text, number.text):
            rule = f"two values of one quantity of {key[0]}"
            yield Problem(self._where(sentence.line), rule, number.text, f"{before[0].text} in {self._where(before[1])}.")

    def _value(self, sentence: Sentence) -> tuple[tuple[str, str, str], Number | None]:
        """Return model, quantity and split of a sentence, and its value if it has one model, a quantity and a single number."""
        runs, numbers = {name.text for name in sentence.runs}, [number for number in sentence.numbers if number.strong]
        families, parts = sorted(sentence.quantities()), sorted(sentence.lexicon.named("splits", sentence.typed))
        single = len(runs) == 1 and len(numbers) == 1 and bool(families)
        return ("".join(runs), "; ".join(families), ", ".join(parts)), numbers[0] if single else None

    def _check_value(self, sentence: Sentence) -> Iterator[Problem]:
        """Yield a value that does not match the facts of the report."""
        (run, families, parts), number = self._value(sentence)
        if number is None:
            return
        facts = [fact for fact in self.material.facts.values() if self._is_of(fact, run, families, parts)]
        if facts and not any(_rounds(float(fact.value), number.text) for fact in facts):
            rule = f"a value that {run} does not have"
            have = ", ".join(f"{fact.name} = {float(fact.value):.6g}" for fact in facts[:3])
            yield Problem(self._where(sentence.line), rule, number.text, f"Measured: {have}.")

    def _is_of(self, fact: Fact, run: str, families: str, parts: str) -> bool:
        card = self.material.runs.get(fact.run)
        of_run = card is not None and card.name == run and not fact.placeholder and not isinstance(fact.value, str)
        of_part = not parts or fact.split in parts
        return of_run and of_part and any(re.search(family, fact.metric) for family in families.split("; "))


def _kind(word: str, words: Lexicon) -> str:
    """Return the label kind of a word such as `Fig.`, by the first letters of the language's labels."""
    begin = word.casefold().rstrip(".")[:3]
    labels = words.language.labels
    forms = {kind: {form.casefold() for count in labels[kind].values() for form in count.values()} for kind in labels}
    return next((kind for kind, told in forms.items() if any(form.startswith(begin) for form in told)), begin)


def _label(reference: _Reference) -> str:
    return f"{reference.kind} {reference.number}"


def _number(text: str) -> int:
    found = re.search(r"(\d+)\D*$", text)
    return int(found[1]) if found else 0


def _digits(text: str) -> tuple[float, int]:
    """Parse a printed number; return it and its count of decimals."""
    found = re.search(r"[-−]?\d[\d.,]*", text)
    plain = (found[0] if found else "0").replace("−", "-").replace(",", ".").rstrip(".")
    return float(plain if plain.count(".") < 2 else plain.replace(".", "")), len(plain.partition(".")[2])


def _same(a: str, b: str) -> bool:
    (left, left_digits), (right, right_digits) = _digits(a), _digits(b)
    digits = min(left_digits, right_digits)
    return abs(left - right) <= 0.5000001 * 10**-digits if left_digits != right_digits else left == right


def _rounds(value: float, text: str) -> bool:
    """Whether a measured value, its negative, or the value as a percentage rounds to the printed number."""
    number, digits = _digits(text)
    return any(abs(given - number) <= 0.5000001 * 10**-digits for given in (value, -value, 100 * value))
