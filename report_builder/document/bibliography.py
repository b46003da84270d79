"""The entries of `.bib` files, each with its line; pandoc reads those alone that are cited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from report_builder.document.ledger import relative
from report_builder.errors import Problem, ReportError
from report_builder.project import not_readable
from report_builder.records import frozen

_ENTRY = re.compile(r"^[^%\n]*?@\s*([A-Za-z]+)\s*([{(])", re.MULTILINE)
_KEY = re.compile(r"\s*([^\s,{}()]+)\s*(,|$)")
_ENDS = {"{": re.compile("[{}]"), "(": re.compile("[{})]")}
_BEGINS = re.compile(r"\n[ \t]*@[A-Za-z]+\s*[{(]\s*[^\s,={}]+\s*,")
_TYPED = re.compile(r"\btype\s*=", re.IGNORECASE)
_PARENTS = re.compile(r"\b(?:crossref|xdata|xref|related|entryset)\s*=\s*[{\"]([^}\"]*)", re.IGNORECASE)
NAMED = ("phdthesis", "mastersthesis", "techreport")  # kinds whose name is printed: in the report's language


@frozen
class Entry:
    """An entry: its key, its kind in small letters, its source, and the file and line where that begins."""

    key: str
    kind: str
    text: str
    file: str
    line: int

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"

    @property
    def parents(self) -> list[str]:
        """The keys of the entries whose fields it takes over."""
        return [key.strip() for keys in _PARENTS.findall(self.text) for key in keys.split(",") if key.strip()]

    def source(self, names: Mapping[str, str]) -> str:
        """As pandoc reads it, on as many lines; `names` are those of `NAMED`."""
        if self.kind not in NAMED or _TYPED.search(self.text):
            return self.text
        head, comma, fields = self.text.partition(",")
        return f"{head}, type = {{{names[self.kind]}}}{comma}{fields}"


@frozen
class Bibliography:
    """The entries of some files by key, the source of their abbreviations (`@string`), and what is wrong in them."""

    entries: Mapping[str, Entry]
    strings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @classmethod
    def read(cls, files: Iterable[Path]) -> Bibliography:
        """Reads files; what cannot be read, and keys that stand twice, are among the problems."""
        entries, strings, problems = dict[str, Entry](), list[str](), list[Problem]()
        for file in files:
            try:
                text = _text(file)
            except ReportError as error:
                problems += error.problems
                continue
            for found in _find_entries(text, relative(file)):
                if isinstance(found, Problem):
                    problems.append(found)
                elif found.kind == "string":
                    strings.append(found.text)
                elif found.key in entries:
                    rule, step = "two entries of the bibliography have the same key", "Rename one of them, or remove it."
                    problems.append(
                        Problem(found.where, rule, found.key, f"The other stands at {entries[found.key].where}.", step)
                    )
                else:
                    entries[found.key] = found
        return cls(entries, tuple(strings), tuple(problems))

    def chosen(self, keys: Iterable[str]) -> list[Entry]:
        """The entries of keys, with those whose fields they take over, in the order of the files."""
        wanted, waiting = set[str](), [*keys]
        while waiting:
            if (key := waiting.pop()) in self.entries and key not in wanted:
                wanted.add(key)
                waiting += self.entries[key].parents
        return [entry for key, entry in self.entries.items() if key in wanted]

    def unused(self, keys: Iterable[str]) -> Sequence[Entry]:
        """The entries that neither a text with these keys nor another entry of it uses."""
        used = {entry.key for entry in self.chosen(keys)}
        return [entry for key, entry in self.entries.items() if key not in used and entry.kind not in ("xdata", "set")]


def _text(file: Path) -> str:
    """The text of a file.

    Raises:
        ReportError: it cannot be read, or is in another encoding: at the line of its first letter that is no UTF-8.
    """
    if mistake := not_readable(file):
        raise ReportError(Problem(relative(file), mistake))
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        received = content.splitlines()[line - 1].decode("latin-1").strip()
        step = "Save it as UTF-8: iconv -f ISO-8859-2 -t UTF-8 old.bib > new.bib (or the encoding that it has)."
        raise ReportError(
            Problem(f"{relative(file)}:{line}", "a bibliography must be UTF-8 text", received, "UTF-8.", step)
        ) from None


def _find_entries(text: str, file: str) -> Iterator[Entry | Problem]:
    """The entries of a text, abbreviations among them, and those that have no key or no end; all else is comments."""
    start, line = 0, 1
    while found := _ENTRY.search(text, start):
        at = text.rindex("@", found.start(), found.end())
        line += text.count("\n", start, at)
        end = _end(text, found.end(), found[2])
        kind, source = found[1].lower(), text[at:end]
        if found[2] == "(" and source[-1] == ")":  # which pandoc does not read
            source = f"{text[at : found.end() - 1]}{{{text[found.end() : end - 1]}}}"
        key = _KEY.match(text, found.end(), end - 1)
        if (end == len(text) and source[-1] not in "})") or _BEGINS.search(source):
            step = "Close it: each { has a }, and the entry ends with the last one."
            yield Problem(f"{file}:{line}", "an entry of the bibliography is not closed", source.split("\n")[0], next_step=step)
            end = at + nested.start() if (nested := _BEGINS.search(source)) else end
        elif kind == "string":
            yield Entry("", kind, source, file, line)
        elif key:
            yield Entry(key[1], kind, source, file, line)
        elif kind not in ("comment", "preamble"):
            step = f"Write @{kind}{{key, ...}}."
            yield Problem(f"{file}:{line}", "an entry of the bibliography has no key", source.split("\n")[0], next_step=step)
        line += text.count("\n", at, end)
        start = end


def _end(text: str, start: int, opened: str) -> int:
    """Where an entry ends whose bracket was opened before `start`: behind its bracket, or at the end of the text."""
    depth = 1
    for bracket in _ENDS[opened].finditer(text, start):
        depth += 1 if bracket[0] == "{" else -1 if bracket[0] == "}" or depth == 1 else 0
        if not depth:
            return bracket.end()
    return len(text)
