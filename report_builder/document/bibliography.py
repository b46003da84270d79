"""The entries of `.bib` files with their line numbers. Pandoc is given only the entries that are cited."""

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
NAMED = ("phdthesis", "mastersthesis", "techreport")  # entry types whose name is printed, in the report's language


@frozen
class Entry:
    """A bibliography entry.

    Attributes:
        key: the citation key; empty for an `@string`.
        kind: the entry type, in lower case.
        text: the source, which begins at `line` (counted from 1) of `file`.
    """

    key: str
    kind: str
    text: str
    file: str
    line: int

    @property
    def where(self) -> str:
        """File and line, as `file:line`."""
        return f"{self.file}:{self.line}"

    @property
    def parents(self) -> list[str]:
        """The keys of the entries from which this one inherits fields."""
        return [key.strip() for keys in _PARENTS.findall(self.text) for key in keys.split(",") if key.strip()]

    def source(self, names: Mapping[str, str]) -> str:
        """Return the source as pandoc should read it, with the same number of lines; `names` maps `NAMED` to printed names."""
        if self.kind not in NAMED or _TYPED.search(self.text):
            return self.text
        head, comma, fields = self.text.partition(",")
        return f"{head}, type = {{{names[self.kind]}}}{comma}{fields}"


@frozen
class Bibliography:
    """The entries of several files by key, the source of their abbreviations (`@string`), and the problems found in them."""

    entries: Mapping[str, Entry]
    strings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @classmethod
    def read(cls, files: Iterable[Path]) -> Bibliography:
        """Read the files; unreadable files, malformed entries and duplicate keys are reported in `problems`."""
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
        """Return the entries with these keys and, recursively, the entries they inherit from, in file order."""
        wanted, waiting = set[str](), [*keys]
        while waiting:
            if (key := waiting.pop()) in self.entries and key not in wanted:
                wanted.add(key)
                waiting += self.entries[key].parents
        return [entry for key, entry in self.entries.items() if key in wanted]

    def unused(self, keys: Iterable[str]) -> Sequence[Entry]:
        """Return the entries used neither by a text that cites these keys nor by the entries it cites."""
        used = {entry.key for entry in self.chosen(keys)}
        return [entry for key, entry in self.entries.items() if key not in used and entry.kind not in ("xdata", "set")]


def _text(file: Path) -> str:
    """Return the text of a file.

    Raises:
        ReportError: if the file cannot be read or is not UTF-8; the problem points to the line of the first invalid byte.
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
    """Yield the entries of a text, including abbreviations, and a problem for each that has no key or is not closed.

    Anything else counts as a comment.
    """
    start, line = 0, 1
    while found := _ENTRY.search(text, start):
        at = text.rindex("@", found.start(), found.end())
        line += text.count("\n", start, at)
        end = _end(text, found.end(), found[2])
        kind, source = found[1].lower(), text[at:end]
        if found[2] == "(" and source[-1] == ")":  # pandoc does not read entries in parentheses
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
    """Return the index just after the closing bracket of an entry opened before `start`, or the end of the text."""
    depth = 1
    for bracket in _ENDS[opened].finditer(text, start):
        depth += 1 if bracket[0] == "{" else -1 if bracket[0] == "}" or depth == 1 else 0
        if not depth:
            return bracket.end()
    return len(text)
