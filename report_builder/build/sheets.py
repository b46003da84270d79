"""Imports a teacher's sheet, a notebook or Markdown file, as tasks with questions and empty answers."""

from __future__ import annotations

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
class Sheet:
    """A sheet: its title, the text before the first task, the tasks, and its language."""

    title: str
    before: str
    tasks: tuple[Task, ...]
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
        title, before, tasks = _parts(text, file.stem)
        if not tasks:
            raise ReportError(Problem(str(file), "a sheet has a heading for each task", next_step="Write one: ## Task 1"))
        return cls(title, before, tasks, Text.of(text).language)

    def experiment(self) -> str:
        """Return the `tasks:` section of the experiment file."""
        lines = [
            f"  {json.dumps(t.id)}: {{title: {json.dumps(t.title, ensure_ascii=False)}, requires: [answer]}}"
            for t in self.tasks
        ]
        return "\n".join(["tasks:", *lines, ""])

    def template(self) -> str:
        """Return the template of the report, with empty answers."""
        parts = [_verbatim(self.before)] if self.before else []
        for task in self.tasks:
            question = f"::: question\n{_verbatim(task.question)}\n:::\n\n" if task.question else ""
            parts.append(f"::: {{.task #{task.id}}}\n{question}::: answer\n:::\n:::")
        return "\n\n".join(parts) + "\n"


def _cells(file: Path) -> str:
    """Markdown cells of a notebook, joined by blank lines."""
    try:
        cells = json.loads(text_of(file, most=MOST))["cells"]
        told = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ReportError(Problem(str(file), "this is not a notebook", str(error))) from None
    return "\n\n".join(told)


def _parts(text: str, name: str) -> tuple[str, str, tuple[Task, ...]]:
    """Title, text before the first task, and tasks.

    Tasks are the sections of the most frequent heading level, counting only numbered headings if there are any.
    """
    lines, headings, fenced = text.splitlines(), dict[int, tuple[int, str]](), False
    for number, line in enumerate(lines):
        fenced ^= bool(_FENCE.match(line))
        if not fenced and (found := _HEADING.match(line)):
            headings[number] = (len(found[1]), _clean(found[2]))
    levels = Counter(level for level, _ in headings.values())
    numbered = Counter(level for level, words in headings.values() if _NUMBER.match(words))
    chosen = max(numbered or levels, key=lambda level: ((numbered or levels)[level], -level), default=0)
    starts = [
        number
        for number, (level, _) in headings.items()
        if level == chosen and (not numbered or _NUMBER.match(headings[number][1]))
    ]
    above = [
        (number, words) for number, (level, words) in headings.items() if level < chosen or (starts and number < starts[0])
    ]
    title = above[0][1] if above else name.replace("_", " ").replace("-", " ")
    ends = [*(number for number, (level, _) in headings.items() if level <= chosen), len(lines)]
    tasks, seen = list[Task](), set[str]()
    for count, start in enumerate(starts, 1):
        words = headings[start][1]
        found = _NUMBER.match(words)
        id_ = found[1] if found and found[1] not in seen else str(next(n for n in range(count, 10**6) if str(n) not in seen))
        seen.add(id_)
        end = next(number for number in ends if number > start)
        tasks.append(Task(id_, words[found.end() :].strip() if found else words, _body(lines[start + 1 : end])))
    first = starts[0] if starts else len(lines)
    kept = [line for number, line in enumerate(lines[:first]) if not (above and number == above[0][0])]
    return title, _body(kept), tuple(tasks)


def _body(lines: list[str]) -> str:
    """Text of a section: subheadings become bold lines; div fences, rules and HTML are removed; code is kept."""
    parts = _CODE.split("\n".join(lines))  # odd parts are code blocks
    text = "".join(part if number % 2 else _prose(part) for number, part in enumerate(parts))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _prose(text: str) -> str:
    bold = re.sub(_HEADING.pattern, lambda found: f"**{_clean(found[2])}**", text, flags=re.MULTILINE)
    return re.sub(r"(?m)^:::.*$|^\s*(?:---+|\*\*\*+|___+)\s*$", "", _TAG.sub("", _IMAGE.sub(r"\1", bold)))


def _clean(words: str) -> str:
    """Words of a heading, without markup."""
    return re.sub(r"[*`]|\{[^}]*\}|\[([^\]]*)\]\([^)]*\)", lambda found: found[1] or "", words).strip()


def _verbatim(text: str) -> str:
    """Escape a text for Jinja where it contains Jinja's delimiters."""
    text = re.sub(r"\{%(?=-?\s*endraw)", "{ %", text)
    return "{% raw %}" + text + "{% endraw %}" if re.search(r"\{\{|\{%|<#", text) else text
