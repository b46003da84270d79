"""Perturbed and exchanged facts: does each sentence of the shipped sheet follow what it cites, and nothing else?

    python benchmarks/swaps.py                every fact that the sheet cites, about ten minutes
    python benchmarks/swaps.py --facts 4      four of them, drawn with --seed

Nothing is trained: every fact gets a unique value that depends on its name. Each fact that the sheet cites is raised, lowered,
exchanged with another of its unit, and, if a sentence that binds it has not changed by then, measured on one image more; each
time the sheet is rendered again. A sentence that binds the fact must change, or its paragraph must become a finding, in at
least one of these; also in the exchange, if it prints the value. The same holds for a paragraph that only reads the fact (a
choice, a condition). Everything else must stay exactly as it is.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import planted

from report_builder.document.composing import Document, compose
from report_builder.document.drafting import FACT
from report_builder.document.material import Material
from report_builder.document.rendering import render
from report_builder.document.statuses import Judgement
from report_builder.document.tree import first_line, has_class, plain_text, walk
from report_builder.errors import ReportError
from report_builder.facts import Fact, Measurement

REPORT = "generative-models"
FAR = 1.2  # relative change: beyond every other value, and beyond 0
APART = 0.03  # relative difference: values that are closer may print alike
CHANGES = ("raised", "lowered", "exchanged", "one image more")
CHOSEN = ("{%", "best(")  # contained in a paragraph that prints other words depending on facts it does not name


@dataclass(frozen=True)
class Said:
    """The text of a sheet by paragraph, each identified by its place.

    Attributes:
        sentences: The sentences of each paragraph, in order.
        findings: The findings of each paragraph.
        asked: The facts that each paragraph reads, whether or not it prints them.
        whole: Whether the sheet could be composed at all.
    """

    sentences: Mapping[str, Sequence[Judgement]]
    findings: Mapping[str, set[str]]
    asked: Mapping[str, set[str]]
    whole: bool = True


@dataclass
class Tally:
    """Counts of one kind of change: the facts, and what happened to the sentences that bind them."""

    facts: int = 0
    sentences: int = 0
    changed: int = 0
    failed: int = 0


@dataclass
class Found:
    """The results of all changes."""

    tallies: dict[str, Tally] = field(default_factory=lambda: {change: Tally() for change in CHANGES})
    silent: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """A report whose facts can be changed."""

    template: Path
    material: Material
    folder: Path

    @classmethod
    def of(cls, base: planted.Base, folder: Path) -> Sheet:
        """Create a report whose facts all have unique values, which increase along a sweep so that its trends can be broken."""
        header = replace(base.material.header, appendix=False)  # its last column depends on every comparison, by design
        sheet = cls(base.template, base.material, folder)
        arms = {run: place for sweep in base.material.sweeps.values() for place, run in enumerate(sweep.runs, 1)}
        facts = {name: sheet.moved(_worded(fact), _own(fact, arms)) for name, fact in base.material.facts.items()}
        return cls(base.template, replace(base.material, header=header, facts=facts), folder)

    def moved(self, fact: Fact, to: float | str) -> Fact:
        """Return the fact with another value, its measurements and samples shifted accordingly."""
        if isinstance(to, str) or isinstance(fact.value, str):
            return replace(fact, measurements=tuple(replace(m, value=to) for m in fact.measurements))
        by, right = to - float(fact.value), min(max(round(to * fact.n), 0), fact.n)
        share, made = fact.reduction.startswith("share"), list[Measurement]()
        for m in fact.measurements:
            file = self.folder / f"{hashlib.sha256(f'{fact.name} {m.seed} {to!r}'.encode()).hexdigest()}.npz"
            if m.samples and not file.exists():
                with np.load(m.samples) as stored:
                    values = np.arange(fact.n) < right if share else stored[fact.metric] + by
                    np.savez(file, **{fact.metric: values})
            made.append(replace(m, value=right / fact.n if share else float(m.value) + by, samples=file if m.samples else None))
        return replace(fact, measurements=tuple(made))

    def said(self, *changed: Fact) -> Said:
        """Return the text of the sheet with these facts in place of its own."""
        material = replace(self.material, facts=self.material.facts | {fact.name: fact for fact in changed})
        rendered, asked, findings = render(self.template, material), dict[str, set[str]](), dict[str, set[str]]()
        for citation in rendered.citations:
            if citation.kind == "facts":
                asked.setdefault(self.paragraph(citation.where), set()).add(citation.name)
        try:
            document = compose(rendered, material, draft=True)
        except ReportError as error:
            return Said({}, {self.paragraph(one.where): {one.rule} for one in error.problems}, asked, whole=False)
        for finding in document.findings:
            findings.setdefault(self.paragraph(finding.where), set()).add(f"{finding.rule}: {finding.received}")
        sentences = dict[str, list[Judgement]]()
        for sentence in document.judged.sentences:
            sentences.setdefault(self.paragraph(sentence.where), []).append(sentence)
        for line in _summed(document):
            sentences.setdefault(self.paragraph(line.where), []).append(line)
        return Said(sentences, findings, asked)

    def paragraph(self, where: str) -> str:
        """Return the place of the first line of the paragraph that contains a place."""
        file, _, line = where.rpartition(":")
        return f"{file}:{self._begins[int(line) - 1]}" if line.isdigit() else where

    def chooses(self, where: str) -> bool:
        """Return whether a paragraph chooses between sentences."""
        line = where.rpartition(":")[2]
        of = [text for text, begin in zip(self._lines, self._begins, strict=True) if str(begin) == line]
        return any(word in text for text in of for word in CHOSEN)

    @functools.cached_property
    def _lines(self) -> list[str]:
        return self.template.read_text(encoding="utf-8").split("\n")

    @functools.cached_property
    def _begins(self) -> list[int]:
        """The first line of the paragraph of each line of the template."""
        begins = list[int]()
        for number, text in enumerate(self._lines, 1):
            inside = begins and text.strip() and self._lines[number - 2].strip()
            begins.append(begins[-1] if inside else number)
        return begins

    def changes(self, fact: Fact, partner: Fact | None) -> Iterator[tuple[str, tuple[Fact, ...]]]:
        """Yield each change of a fact, with the changed facts."""
        value = fact.value
        if isinstance(value, str):
            yield "raised", (self.moved(fact, f"{value}1"),)
        else:
            share = fact.reduction.startswith("share")
            yield "raised", (self.moved(fact, 1.0 if share else value + FAR * abs(value)),)
            yield "lowered", (self.moved(fact, 0.0 if share else value - FAR * abs(value)),)
        if partner:
            yield "exchanged", (self.moved(fact, partner.value), self.moved(partner, value))
        yield "one image more", (replace(fact, n=fact.n + 1),)


def _worded(fact: Fact) -> Fact:
    """Return a fact whose value is a class as a fact whose value is a word."""
    if not fact.metric.endswith("_class"):
        return fact
    return replace(fact, measurements=tuple(replace(m, value=str(m.value)) for m in fact.measurements))


def _own(fact: Fact, arms: Mapping[str, int]) -> float | str:
    """Return a value that no other fact has, near the fact's own; counts stay whole numbers."""
    part = int(hashlib.sha256(fact.name.encode()).hexdigest(), 16) % 1000 / 1000
    if isinstance(fact.value, str):
        return fact.value
    if isinstance(fact.value, int):
        return fact.value + round(90 * part)
    if planted.SHARE.search(fact.metric):
        return 0.3 + (0.4 * part if fact.run not in arms else 0.08 * arms[fact.run])
    return float(fact.value) * (1 + (0.2 * (part - 0.5) if fact.run not in arms else 0.04 * (arms[fact.run] + part / 2)))


def tried(sheet: Sheet, count: int | None, seed: int) -> Found:
    """Change every fact that the sheet cites, or this many of them, one after the other."""
    before, found, draw = sheet.said(), Found(), random.Random(seed)  # noqa: S311 - not for secrets
    if not before.whole:
        raise SystemExit(f"The sheet cannot be composed: {before.findings}")
    cited = sorted({name for names in before.asked.values() for name in names} & {*sheet.material.facts})
    for name in cited if count is None else draw.sample(cited, count):
        fact = sheet.material.facts[name]
        _try(sheet, before, fact, _partner(sheet, cited, fact, draw), found)
    return found


def _partner(sheet: Sheet, cited: Iterable[str], fact: Fact, draw: random.Random) -> Fact | None:
    """Draw another fact that prints alike but has another value; if possible of the same sweep, or the same metric."""
    arms = {run for sweep in sheet.material.sweeps.values() for run in sweep.runs}
    others = [other for name in cited if (other := sheet.material.facts[name]).unit == fact.unit and _apart(fact, other)]
    same = [other for other in others if other.metric == fact.metric]
    beside = [other for other in same if {fact.run, other.run} <= arms]
    return draw.choice(beside or same or others) if others else None


def _summed(document: Document) -> Iterator[Judgement]:
    """Yield the lines of a summary that print facts; those that describe what a section compares change with them."""
    for block in walk(document.blocks, "Div"):
        for row in block["c"][1][-1]["c"][4][0][3] if has_class(block, "summary") else ():
            words = row[1][1][4]
            facts = tuple(dict.fromkeys(node[FACT] for node in walk(words, "Str") if FACT in node))
            if first_line(words) and document.places:
                yield Judgement("bound", plain_text(words), document.places.of(words), facts=facts)


def _apart(fact: Fact, other: Fact) -> bool:
    a, b = fact.value, other.value
    if isinstance(a, str) or isinstance(b, str):
        return type(a) is type(b) and a != b
    if fact.reduction.startswith("share"):
        return round(a * fact.n) != round(b * fact.n)
    return abs(a - b) > APART * max(abs(a), abs(b))


def _try(sheet: Sheet, before: Said, fact: Fact, partner: Fact | None, found: Found) -> None:
    """Make all changes of one fact."""
    binding = {(where, i) for where, said in before.sentences.items() for i, one in enumerate(said) if fact.name in one.facts}
    asking = {(where, -1) for where, names in before.asked.items() if fact.name in names} - {
        (where, -1) for where, _ in binding
    }
    moved = dict[str, set[tuple[str, int]]]()
    for change, facts in sheet.changes(fact, partner):
        if change == CHANGES[-1] and not (binding | asking) - set().union(*moved.values()):
            break  # no sentence is left that can print the number of images
        after = sheet.said(*facts)
        failed = {where for where, said in after.findings.items() if said - before.findings.get(where, set())}
        leaks = _leaks(sheet, before, after, failed, {each.name for each in facts})
        moved[change] = {at for at in binding | asking if at[0] in failed or not after.whole or _moves(before, after, *at)}
        tally = found.tallies[change]
        tally.facts += 1
        tally.sentences += len(binding)
        tally.failed += sum(at[0] in failed or not after.whole for at in binding)
        tally.changed += sum(at[0] not in failed and at in moved[change] for at in binding)
        found.leaks += [f"{change} {fact.name}: {leak}" for leak in leaks]
    never = (binding | asking) - set().union(*moved.values())
    printing = binding & moved["raised"] & moved.get("lowered", binding)
    unmoved = printing - moved.get("exchanged", printing)
    found.silent += [f"{fact.name}: {_shown(before, at)}" for at in sorted(never)]
    found.silent += [f"exchanged {fact.name}: {_shown(before, at)}" for at in sorted(unmoved)]


def _moves(before: Said, after: Said, where: str, index: int) -> bool:
    """Return whether a sentence changed or disappeared; -1 stands for any sentence of the paragraph."""
    old, new = before.sentences.get(where, ()), Counter(one.text for one in after.sentences.get(where, ()))
    if index < 0:
        return Counter(one.text for one in old) != new
    return Counter(one.text for one in old)[old[index].text] > new[old[index].text]


def _leaks(sheet: Sheet, before: Said, after: Said, failed: set[str], names: set[str]) -> Iterator[str]:
    """Yield what changed although it does not depend on the changed facts."""
    if not after.whole:
        return
    yield from (f"a finding at {where}" for where in failed if not names & (before.asked.get(where, set())))
    for where in before.sentences.keys() | after.sentences.keys():
        old, new = ([*said.sentences.get(where, ())] for said in (before, after))
        asks = bool(names & (before.asked.get(where, set()) | after.asked.get(where, set())))
        if not asks and [one.text for one in old] != [one.text for one in new]:
            yield f"{where} {' '.join(one.text for one in new)}"
        elif asks and not sheet.chooses(where):
            kept = Counter(one.text for one in new)
            yield from (one.text for one in old if not names & {*one.facts} and not kept[one.text])


def _shown(before: Said, at: tuple[str, int]) -> str:
    where, index = at
    return f"{where} {before.sentences[where][index].text if index >= 0 else '(asked for only)'}"


def table(found: Found) -> str:
    """Format the results as a Markdown table."""
    lines = [
        "| change | facts | sentences that bind them | changed | a finding | as before |",
        "| --- | --: | --: | --: | --: | --: |",
    ]
    for change, tally in found.tallies.items():
        rest = tally.sentences - tally.changed - tally.failed
        lines.append(f"| {change} | {tally.facts} | {tally.sentences} | {tally.changed} | {tally.failed} | {rest} |")
    return "\n".join([*lines, "", f"Silent: {len(found.silent)}. Leaks: {len(found.leaks)}."])


def main() -> int:
    """Print the table, and what is silent or leaks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=int, default=None, help="number of facts to change; default: all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = planted.base(REPORT, Path(folder), planted.ROOT / "templates", Path(folder))
        found = tried(Sheet.of(base, Path(folder)), options.facts, options.seed)
    print(table(found))
    for title, cases in (("silent", found.silent), ("leak", found.leaks)):
        for case in cases:
            print(f"{title}: {case}", file=sys.stderr)
    return 1 if found.silent or found.leaks else 0


if __name__ == "__main__":
    sys.exit(main())
