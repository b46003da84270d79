"""Errors observed in real lab reports and how the program handles each, with evidence, as the page docs/errors.md.

    python benchmarks/errors.py            checks the evidence of every row and prints the page

The rows are in `tests/document/errors/rows.yaml`, next to the report in which they are planted. Nothing is trained.
"""

from __future__ import annotations

import functools
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parent))
import planted

from report_builder.build import Workspace, plan_report
from report_builder.document.tree import Nodes, plain_text
from report_builder.errors import ReportError

FOLDER = planted.ROOT / "tests" / "document" / "errors"
STATUSES = ("impossible", "caught", "counted", "out of scope")
EVIDENCE = ("finds", "warns", "lists", "prints", "omits")  # what a planted text is checked for
HEAD = """\
# Errors of real reports

Five lab reports of students and teachers were read, and {total} errors noted: places where the prose is denied by the report's
own numbers, code or figures, or has nothing behind it. This page says of each, in our own words, what becomes of it here:

- **impossible**: the program writes that part from what was run,
- **caught**: `check` and `build` say it: a mistake, a finding or a warning,
- **counted**: printed as the author's own statement, underlined in HTML and counted (see [sentences](sentences.md)),
- **out of scope**: spelling, grammar and theory.

{counts}

`python benchmarks/errors.py` checks the evidence of every row (`tests/document/errors/rows.yaml`) and prints this page.
"""


@dataclass(frozen=True)
class Row:
    """An error, how the program handles it, and the evidence."""

    id: str
    error: str
    status: str
    by: str
    evidence: Mapping[str, Any]


def reports() -> dict[str, tuple[str, list[Row]]]:
    """Return the title of each report, and its rows."""
    read = yaml.safe_load((FOLDER / "rows.yaml").read_text(encoding="utf-8"))
    return {key: (told["title"], [*_rows(key, told["errors"])]) for key, told in read.items()}


def _rows(report: str, errors: Mapping[str, dict[str, Any]]) -> Iterator[Row]:
    for number, told in errors.items():
        yield Row(f"{report}-{number}", told.pop("error"), told.pop("status"), told.pop("by"), told)


def rows() -> list[Row]:
    """Return the rows of all reports."""
    return [row for _, group in reports().values() for row in group]


class Bench:
    """The report in which errors are planted."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._cut = folder, dict[str, str]()
        made = planted.base("lab", FOLDER, FOLDER, folder)
        facts = dict(made.material.facts)
        for name, fact in facts.items():  # as many trainings as the run has
            seeds = len(made.material.runs[fact.run].seeds) if fact.run in made.material.runs else 1
            facts[name] = replace(fact, measurements=fact.measurements[:seeds])
        self._base = replace(made, material=replace(made.material, facts=facts))

    def wrong(self, given: Sequence[Row]) -> dict[str, str]:
        """Return the rows whose evidence does not hold, each with what was observed instead."""
        texts = [row for row in given if "text" in row.evidence]
        wrong = self._planted(texts)
        for row in given:
            if "without" in row.evidence:
                wrong[row.id] = self._without(row)
            elif "set" in row.evidence:
                wrong[row.id] = self._set(row)
            wrong[row.id] = wrong.get(row.id) or ", ".join(test for test in row.evidence.get("tests", ()) if not _exists(test))
        return {id_: seen for id_, seen in wrong.items() if seen}

    def _planted(self, given: Sequence[Row]) -> dict[str, str]:
        cases = [{"id": row.id, "place": "answer", "planted": str(row.evidence["text"])} for row in given]
        added = planted.add(self._base, cases)
        document, printed, wrong = added.document, dict(_between(added.document.blocks, [row.id for row in given])), {}
        for row in given:
            problems = [*added.broken.get(row.id, ()), *added.of(document.findings, row.id)]
            listed = added.of(document.judged.listed, row.id)
            seen = {
                "finds": " | ".join(map(str, problems)),
                "warns": " | ".join(map(str, added.of(document.warnings, row.id))),
                "lists": "" if problems else " | ".join(", ".join(one.why) for one in listed),
                "prints": printed.get(row.id, ""),
            }
            asked = [(key, str(row.evidence[key])) for key in EVIDENCE if key in row.evidence]
            held = all((text not in seen["prints"]) if key == "omits" else text in seen[key] for key, text in asked)
            wrong[row.id] = "" if held and asked else str(seen)
        return wrong

    def _without(self, row: Row) -> str:
        text, cut = self._base.template.read_text(encoding="utf-8"), row.evidence["without"]
        if cut not in text:
            return f"not in the template: {cut}"
        if cut.startswith(":::"):
            text = text.replace(f"{cut}::: answer", "::: answer", 1).rstrip().removesuffix(":::")
        if cut not in self._cut:
            self._cut[cut] = " | ".join(map(str, self._base.document(text.replace(cut, "", 1)).findings))
        seen = self._cut[cut]
        return "" if row.evidence["finds"] in seen else seen

    def _set(self, row: Row) -> str:
        roots = {"experiments": str(FOLDER), "templates": str(FOLDER), "store": str(self._folder / "store")}
        try:
            plan = plan_report("lab", Workspace.find(roots), sets=row.evidence["set"])
            material = planted.gather.material(plan)
            made = replace(self._base.material, runs=material.runs)
            document = replace(self._base, material=made).document(self._base.template.read_text(encoding="utf-8"))
            seen = " | ".join(map(str, document.findings))
        except ReportError as error:
            seen = " | ".join(map(str, error.problems))
        return "" if row.evidence["finds"] in seen else seen


def _between(blocks: Nodes, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the printed text of each case: all blocks up to the mark that follows it."""
    marks, told = {planted.mark(id_): id_ for id_ in ids}, list[str]()
    for block in blocks:
        text = plain_text(block)
        if text in marks:
            yield marks[text], "\n".join(told)
            told = []
        else:
            told.append(text)


@functools.cache
def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _exists(test: str) -> bool:
    """Return whether a test of this name exists."""
    file, _, name = test.partition("::")
    return f"def {name}(" in _read(planted.ROOT / file)


def page() -> str:
    """Return the page of the documentation."""
    counted = Counter(row.status for row in rows())
    heads = ["| report | " + " | ".join(STATUSES) + " | all |", "| --- |" + " --: |" * (len(STATUSES) + 1)]
    lines = [
        f"| {key} | {' | '.join(str(sum(row.status == status for row in group)) for status in STATUSES)} | {len(group)} |"
        for key, (_, group) in reports().items()
    ]
    total = f"| all | {' | '.join(str(counted[status]) for status in STATUSES)} | {counted.total()} |"
    parts = [HEAD.format(total=counted.total(), counts="\n".join([*heads, *lines, total]))]
    for key, (title, group) in reports().items():
        table = ["| error | what was wrong | here | how |", "| --- | --- | --- | --- |"]
        table += [f"| {row.id} | {row.error} | {row.status} | {row.by} |" for row in group]
        parts.append(f"## {key}: {title}\n\n" + "\n".join(table) + "\n")
    return "\n".join(parts)


def main() -> int:
    """Print the page, and the rows whose evidence does not hold."""
    with tempfile.TemporaryDirectory() as folder:
        wrong = Bench(Path(folder)).wrong(rows())
    for id_, seen in wrong.items():
        print(f"{id_}: {seen}", file=sys.stderr)
    print(page(), end="")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
