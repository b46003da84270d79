"""Imports a teacher's sheet, a notebook or Markdown file, as tasks with questions and empty answers."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from pathlib import Path

from report_builder.document.foreign import Text
from report_builder.errors import Problem, ReportError
from report_builder.project import text_of
from report_builder.records import frozen

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_NUMBER = re.compile(r"^(?:[^\W\d_]+\.?\s+)?(\d+(?:\.\d+)*)[.):]?(?:\s*[-:–—.]\s*|\s+|$)")  # "Task 2.3: ...", "2) ..."
_IMAGE, _TAG = re.compile(r"!\[([^\]]*)\]\([^)]*\)"), re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_CODE = re.compile(r"(?ms)(^ {0,3}(?:```|~~~).*?^ {0,3}(?:```|~~~)[^\n]*$)")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
MOST = 20_000_000  # bytes of a notebook


@frozen
class Task:
    """A task of a sheet: its id, its title, and the text of its question."""

    id: str
    title: str
    question: str


@frozen
class Section:
    """A section of a sheet that is no task, such as a part with several tasks: its heading, if any, and its text."""

    title: str
    text: str


@frozen
class Sheet:
    """A sheet: its title, its sections and tasks in order, and its language. Nothing but markup of the file is left out."""

    title: str
    parts: tuple[Section | Task, ...]
    language: str

    @classmethod
    def read(cls, file: Path) -> Sheet:
        """Read a Markdown file, or the Markdown cells of a notebook.

        Raises:
            ReportError: the file is neither, or has no heading.
        """
        if file.suffix.lower() == ".ipynb":
            text = _cells(file)
        elif file.suffix.lower() in (".md", ".markdown"):
            text = text_of(file, most=MOST)
        else:
            raise ReportError(
                Problem(str(file), "a sheet is Markdown or a notebook", file.suffix, "Known: .md, .markdown, .ipynb.")
            )
        title, parts = _parts(text, file.stem)
        if not any(isinstance(part, Task) for part in parts):
            raise ReportError(Problem(str(file), "a sheet has a heading for each task", next_step="Write one: ## Task 1"))
        return cls(title, parts, Text.of(text).language)

    @property
    def tasks(self) -> list[Task]:
        """The tasks, in order."""
        return [part for part in self.parts if isinstance(part, Task)]

    def experiment(self) -> str:
        """Return the `tasks:` section of the experiment file."""
        lines = [
            f"  {json.dumps(t.id)}: {{title: {json.dumps(t.title, ensure_ascii=False)}, requires: [answer]}}"
            for t in self.tasks
        ]
        return "\n".join(["tasks:", *lines, ""])

    def template(self) -> str:
        """Return the template of the report, with empty answers; text after the first task is in question blocks."""
        parts, begun = list[str](), False
        for part in self.parts:
            if isinstance(part, Task):
                question, begun = f"{_question(part.question)}\n\n" if part.question else "", True
                parts.append(f"::: {{.task #{part.id}}}\n{question}::: answer\n:::\n:::")
            else:
                parts += [f"# {_verbatim(part.title)}"] if part.title else []
                parts += [_question(part.text) if begun else _verbatim(part.text)] if part.text else []
        return "\n\n".join(parts) + "\n"


def _cells(file: Path) -> str:
    """Markdown cells of a notebook, joined by blank lines."""
    try:
        cells = json.loads(text_of(file, most=MOST))["cells"]
        told = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ReportError(Problem(str(file), "this is not a notebook", str(error))) from None
    return "\n\n".join(told)


@frozen
class _Heading:
    """A heading: its line (0-based), its level, and its words without markup."""

    line: int
    level: int
    words: str


def _parts(text: str, name: str) -> tuple[str, tuple[Section | Task, ...]]:
    """Title, and sections and tasks in order; empty sections are left out."""
    lines = text.splitlines()
    headings = _headings(lines)
    tasks = _of_tasks(headings)
    first, level = (tasks[0].line, tasks[0].level) if tasks else (0, 0)
    above = [heading for heading in headings if heading.level < level or heading.line < first]
    heads = [heading for heading in headings if heading.level <= level or heading.line < first]
    ends = [*(head.line for head in heads), len(lines)]
    made: list[Section | Task] = [Section("", _body(lines[: ends[0]]))]
    for head, end in zip(heads, ends[1:], strict=True):
        body = _body(lines[head.line + 1 : end])
        if head in tasks:
            made.append(_task(head.words, body, [part.id for part in made if isinstance(part, Task)]))
        else:
            made.append(Section("" if head in above[:1] else head.words, body))
    title = above[0].words if above else name.replace("_", " ").replace("-", " ")
    return title, tuple(part for part in made if isinstance(part, Task) or part.title or part.text)


def _headings(lines: list[str]) -> list[_Heading]:
    """Headings outside fenced code, in order."""
    found, fenced = [], False
    for number, line in enumerate(lines):
        fenced ^= bool(_FENCE.match(line))
        if not fenced and (heading := _HEADING.match(line)):
            found.append(_Heading(number, len(heading[1]), _clean(heading[2])))
    return found


def _of_tasks(headings: list[_Heading]) -> list[_Heading]:
    """Headings of the most frequent level (of several, the deepest), counting only numbered headings if there are any."""
    counted = [heading for heading in headings if _NUMBER.match(heading.words)] or headings
    levels = Counter(heading.level for heading in counted)
    chosen = max(levels, key=lambda level: (levels[level], level), default=0)
    return [heading for heading in counted if heading.level == chosen]


def _task(words: str, body: str, earlier: list[str]) -> Task:
    """Task named by the number of its heading, or by the next free one if it has none or an earlier task has it."""
    found = _NUMBER.match(words)
    free = (str(number) for number in itertools.count(len(earlier) + 1) if str(number) not in earlier)
    id_ = found[1] if found and found[1] not in earlier else next(free)
    return Task(id_, words[found.end() :].strip() if found else words, body)


def _question(text: str) -> str:
    return f"::: question\n{_verbatim(text)}\n:::"


def _body(lines: list[str]) -> str:
    """Text of a section: subheadings become bold lines; div fences, rules and HTML are removed; code is kept."""
    parts = _CODE.split("\n".join(lines))  # odd parts are code blocks
    text = "".join(part if number % 2 else _prose(part) for number, part in enumerate(parts))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _prose(text: str) -> str:
    bold = re.sub(_HEADING.pattern, lambda found: f"\n**{_clean(found[2])}**\n", text, flags=re.MULTILINE)
    return re.sub(r"(?m)^:::.*$|^\s*(?:---+|\*\*\*+|___+)\s*$", "", _TAG.sub("", _IMAGE.sub(r"\1", bold)))


def _clean(words: str) -> str:
    """Words of a heading, without markup."""
    return re.sub(r"[*`]|\{[^}]*\}|\[([^\]]*)\]\([^)]*\)", lambda found: found[1] or "", words).strip()


def _verbatim(text: str) -> str:
    """Escape a text for Jinja where it contains Jinja's delimiters."""
    text = re.sub(r"\{%(?=-?\s*endraw)", "{ %", text)
    return "{% raw %}" + text + "{% endraw %}" if re.search(r"\{\{|\{%|<#", text) else text
