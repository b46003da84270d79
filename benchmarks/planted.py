"""Planted errors and correct prose: what the checks find in the former and leave alone in the latter, as a table per language.

    python benchmarks/planted.py                         the cases of this repository
    python benchmarks/planted.py CASES.json [CORRECT.json] --templates FOLDER

Nothing is trained: every fact gets a value that depends only on its name. A case has `language`, `place`, `planted`, `label`,
and optionally `base`, the report in which it is planted (two files in `labs/` next to the cases, or one of the project), and
`original`, the text that it replaces. `error`: must be a finding. `listed`: mentions results without being bound to any.
`fine`: neither. Correct paragraphs are lists of texts by language.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from report_builder import languages
from report_builder.build import Workspace, gather, plan_report
from report_builder.document.composing import Document, compose
from report_builder.document.contradictions import PARTS
from report_builder.document.material import Header, Material, RunCard, SweepCard
from report_builder.document.rendering import render
from report_builder.document.statuses import Judgement
from report_builder.errors import Problem, ReportError
from report_builder.facts import Fact, Measurement
from report_builder.kinds import MODELS

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "document" / "planted.json"
OUTSIDE = ("outside", "list_out", "footnote_out", "heading_out", "intask", "question")
LABELS = ("error", "listed", "fine")
T = TypeVar("T", Problem, Judgement)
SHARE = re.compile(r"(?:asked|accuracy|agreement)(?:_(\d+))?$")  # metrics that count images
IN_NATS = re.compile(r"elbo|kl_loss|_bce$")
# The better direction of a metric and its value for `ae`; other runs have 0.9 of it (for a share: 0.97 of the remainder).
VALUES = (
    (r"elbo|bound", "higher", -130.0),
    (r"_standard_error|sigma|_std", "none", 0.5),
    (r"reconstruction|loss|mse|kl", "lower", 116.2),
    (r"sharpness_distance", "lower", 0.3),
    (r"sharpness", "none", 0.7),
    (r"neighbour_distance", "none", 0.211),
    (r"epochs$|_count|_total|outliers|_epoch", "none", 5),
    (r"time", "lower", 1.3),
    (r"asked|accuracy|agreement|purity|confidence|share|probability", "higher", 0.62),
    (r"_class$", "none", 6),
    (r"", "none", 7.3),
)


def measured(material: Material, folder: Path) -> Material:
    """Return the material with a reproducible value for each fact, and clear differences between runs."""
    facts = {name: _measured(fact, folder) for name, fact in material.facts.items()}
    return replace(material, facts=facts, placeholders=False)


def _measured(fact: Fact, folder: Path) -> Fact:
    better, value = next((better, value) for pattern, better, value in VALUES if re.search(pattern, fact.metric))
    n = 9 if fact.split.startswith("cvae-") else 900 if "cells" in fact.split else 50
    if isinstance(value, float):
        value = _of_run(fact, value, better)
    if share := SHARE.search(fact.metric):
        value = round(value * n) / n
    file = folder / f"{hashlib.sha256(fact.name.encode()).hexdigest()}.npz"
    if not file.exists():
        noise = np.random.default_rng(len(fact.name)).normal(0, abs(value) * 1e-4, 50)
        np.savez(file, **{fact.metric: np.arange(n) < round(value * n) if share else value + noise - noise.mean()})
    values = [value * (1 + 1e-5 * seed) if isinstance(value, float) and not share else value for seed in range(3)]
    made = tuple(Measurement(seed + 1, each, file) for seed, each in enumerate(values))
    reduction = f"share of images{f' of class {share[1]}' * bool(share[1])}" if share else fact.reduction
    return replace(fact, measurements=made, better=better, n=n, reduction=reduction, placeholder=False)


def _of_run(fact: Fact, value: float, better: str) -> float:
    """Return a value of a run: better than `ae` by a tenth, except that `vae` reconstructs less exactly."""
    if fact.run == "ae":
        return value
    if "reconstruction" in fact.metric and fact.run == "vae":
        return value * 1.05
    return 1 - (1 - value) * 0.1 if better == "higher" and 0 < value < 1 else value * 0.9


@dataclass(frozen=True)
class Base:
    """A report in which cases are planted."""

    template: Path
    material: Material

    def document(self, text: str) -> Document:
        """Return the report with another template."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / self.template.name
            file.write_text(text, encoding="utf-8")
            (file.parent / "dot.png").write_bytes(PNG)
            return compose(render(file, self.material), self.material, draft=True)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000020001487afc0b0000000049454e44ae426082"
)

_LAB = {  # run: name, kind of its model, its facts
    "ae": (
        "AE",
        "autoencoder",
        _BOTH := (
            *(f"test.{metric}" for metric in ("reconstruction_bce", "code_neighbour_distance", "code_range_1")),
            "grid.sharpness",
        ),
    ),
    "vae": ("VAE", "vae", (*_BOTH, "test.elbo", "test.kl_loss")),
    "vae-closed": ("VAE-KL", "vae", ("test.elbo", "test.kl_loss")),
    **{f"latent-{n}": (f"CVAE-{n}", "conditional_vae", ("validation.elbo", "test.elbo")) for n in (2, 4, 8)},
    "cgan": ("CGAN", "conditional_gan", ("samples.class_asked", "samples.class_asked_count")),
    "judge": ("CNN", "classifier", ("test.accuracy",)),
}


def laboratory(language: str) -> Material:
    """Return the material of two autoencoders, a sweep and a GAN, none of which is measured."""
    told = languages.load(language).translated
    names = {kind: gather.names(kind, told(model.title)) for kind, model in MODELS}
    facts, runs = dict[str, Fact](), dict[str, RunCard]()
    for run, (name, kind, scopes) in _LAB.items():
        arm = run.removeprefix("latent-")
        model = {"kind": kind, "latent_dim": int(arm)} if arm != run else {"kind": kind, "latent_dim": 2, "variant": run}
        settings = {"model": model, "training": {"epochs": 10, "batch_size": 64}, "data": {"dataset": {"kind": "mnist"}}}
        runs[run] = RunCard(run, name, names[kind][-1], "MNIST", (1, 2, 3), settings)
        for scope in scopes:
            split, _, metric = scope.partition(".")
            parts = (split,) if split in PARTS else ("test",)
            fact = f"{run}.{scope}"
            facts[fact] = Fact(
                fact,
                metric,
                (Measurement(None, 1.0),),
                split=split,
                run=run,
                unit="nats/image" if IN_NATS.search(metric) else "",
                settings={"model": model},
                splits=parts,
                placeholder=True,
            )
    sweeps = {"latent": SweepCard("latent", ("latent-2", "latent-4", "latent-8"), ("model.latent_dim",))}
    header = Header("planted", language)
    return Material("planted", header, facts, runs, {}, {}, {}, sweeps=sweeps, kinds=names)


@functools.cache
def base(name: str, labs: Path, templates: Path, folder: Path, change: tuple[str, str] = ("", "")) -> Base:
    """Plan a report, with a change of its experiment file, without measuring anything."""
    if name in languages.codes():
        file = folder / "planted.md"
        file.write_text("![Codes](dot.png){#fig:codes}\n", encoding="utf-8")
        return Base(file, measured(laboratory(name), folder))
    own = labs / f"{name}.yaml"
    experiment = own if own.is_file() else ROOT / "experiments" / f"{name}.yaml"
    text = experiment.read_text(encoding="utf-8")
    made = Path(tempfile.mkdtemp()) / experiment.name
    if change[0] and change[0] not in text:
        raise LookupError(change[0])
    made.write_text(text.replace(*change, 1), encoding="utf-8")
    for sources in experiment.parent.glob("*.bib"):
        shutil.copy(sources, made.parent)
    template = (labs if own.is_file() else templates) / f"{name}.md"
    roots = {"experiments": str(made.parent), "templates": str(template.parent), "store": str(folder / "store")}
    plan = plan_report(name, Workspace.find(roots))
    return Base(template, measured(gather.material(plan), folder))


def wrapped(case: Mapping[str, str]) -> str:
    """Return a case as it is added to a template: in an answer of its own, or outside all answers."""
    words = case["planted"].replace("[^h4]", f"[^{case['id']}]")
    if case["place"] == "question" and not words.startswith(":::"):
        words = f"::: question\n{words}\n:::"
    return words if case["place"] in OUTSIDE else f"::: answer\n{words}\n\n:::"


@dataclass(frozen=True)
class Verdict:
    """The verdict of the checks on a case, `error`, `listed` or `fine`, and their messages."""

    label: str
    said: str


@dataclass(frozen=True)
class Bench:
    """The folders of the reports."""

    labs: Path
    templates: Path
    folder: Path

    def alone(self, case: Mapping[str, str]) -> Verdict:
        """Judge a case that changes a report by what is found in the report only with the case."""
        name, here = case["base"], (self.labs, self.templates, self.folder)
        of_yaml = case["place"] == "yaml"
        known = _clean(name, *here)
        try:
            whole = base(name, *here, (case["original"], case["planted"])) if of_yaml else base(name, *here)
            text = whole.template.read_text(encoding="utf-8")
            if not of_yaml and case["original"] not in text:
                raise LookupError(case["original"])
            document = whole.document(text if of_yaml else text.replace(case["original"], case["planted"], 1))
        except ReportError as error:
            return Verdict("error", " | ".join(problem.rule for problem in error.problems))
        new = [problem for problem in document.findings if (problem.rule, problem.received) not in known[0]]
        return _verdict(new, [one for one in document.judged.listed if one.text not in known[1]])

    def together(self, name: str, cases: Sequence[Mapping[str, str]]) -> dict[str, Verdict]:
        """Judge cases that are added to a report all at once."""
        added = add(base(name, self.labs, self.templates, self.folder), cases)
        found = {id_: _verdict(said, []) for id_, said in added.broken.items()}
        for id_ in added.lines:
            found[id_] = _verdict(added.of(added.document.findings, id_), added.of(added.document.judged.listed, id_))
        return found


@dataclass(frozen=True)
class Added:
    """A report with added cases: the lines of each, and the problems of those that made the report invalid."""

    document: Document
    lines: Mapping[str, range]
    broken: Mapping[str, Sequence[Problem]]

    def of(self, found: Iterable[T], id_: str) -> list[T]:
        """Return those of the findings that lie in a case."""
        return [one for one in found if _line(one) in self.lines.get(id_, ())]


def add(whole: Base, cases: Sequence[Mapping[str, str]]) -> Added:
    """Add cases to the end of a report; those that make it invalid are located by their lines and left out."""
    broken, waiting = dict[str, Sequence[Problem]](), list(cases)
    while True:
        text, lines = whole.template.read_text(encoding="utf-8").rstrip("\n"), dict[str, range]()
        for case in waiting:
            first = text.count("\n") + 3
            text += f"\n\n{wrapped(case)}\n\n{mark(case['id'])}"
            lines[case["id"]] = range(first, text.count("\n") + 2)
        try:
            return Added(whole.document(f"{text}\n"), lines, broken)
        except ReportError as error:
            new = {id_: said for id_, area in lines.items() if (said := [p for p in error.problems if _line(p) in area])}
            if not new:
                raise
            broken |= new
            waiting = [case for case in waiting if case["id"] not in new]


def mark(id_: str) -> str:
    """Return a unique word that is put after a case so that its lines can be located."""
    return "x" + "".join(letter if letter.isalpha() else chr(ord("g") + ord(letter) % 16) for letter in id_) + "q"


def _line(found: Problem | Judgement) -> int:
    line = found.where.rpartition(":")[2]
    return int(line) if line.isdigit() else 0


def _verdict(problems: Sequence[Problem], listed: Sequence[Judgement]) -> Verdict:
    if problems:
        return Verdict("error", " | ".join(f"{problem.rule}: {problem.received}" for problem in problems))
    return Verdict("listed" if listed else "fine", " | ".join(", ".join(one.why) for one in listed))


@functools.cache
def _clean(name: str, labs: Path, templates: Path, folder: Path) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    """Return what is found in a report without any case."""
    whole = base(name, labs, templates, folder)
    document = whole.document(whole.template.read_text(encoding="utf-8"))
    return frozenset((p.rule, p.received) for p in document.findings), frozenset(one.text for one in document.judged.listed)


def main() -> int:
    """Judge all cases and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="?", type=Path, default=CASES)
    parser.add_argument("correct", nargs="?", type=Path)
    parser.add_argument(
        "--templates", type=Path, default=ROOT / "templates", help="folder of the templates of reports of the project"
    )
    parser.add_argument("--half", choices=("first", "second"), help="only the cases whose id has an even, or an odd, digest")
    parser.add_argument("--misses", action="store_true", help="print the cases whose verdict differs from their label")
    options = parser.parse_args()
    cases = [case for case in json.loads(options.cases.read_text(encoding="utf-8")) if _of_half(case, options.half)]
    cases += _correct(options.correct)
    counts = Counter[tuple[str, str, str]]()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.cases.parent / "labs", options.templates, Path(folder))
        for case, said in judged(bench, cases):
            counts[case["language"], case["label"], said.label] += 1
            if options.misses and said.label != case["label"]:
                print(f"{case['id']:12} {case['label']:7} -> {said.label:6} {case['planted'][:180]!r}  [{said.said[:150]}]")
    print(_table(counts))
    return 0


def judged(bench: Bench, cases: Sequence[Mapping[str, str]]) -> Iterator[tuple[Mapping[str, str], Verdict]]:
    """Yield each case with its verdict."""
    groups = dict[str, list[Mapping[str, str]]]()
    for case in cases:
        if case["place"] in ("replace", "yaml"):
            try:
                yield case, bench.alone(case)
            except LookupError as lost:
                print(f"{case['id']}: not in the report any more: {lost}", file=sys.stderr)
        else:
            groups.setdefault(case.get("base", case["language"]), []).append(case)
    for name, group in groups.items():
        found = bench.together(name, group)
        yield from ((case, found[case["id"]]) for case in group)


def _of_half(case: Mapping[str, str], half: str | None) -> bool:
    digest = hashlib.sha1(case["id"].encode()).digest()[0]  # noqa: S324
    return half is None or digest % 2 == ("first", "second").index(half)


def _correct(file: Path | None) -> Iterator[dict[str, str]]:
    paragraphs = json.loads(file.read_text(encoding="utf-8")) if file else {}
    bases = {"en": "lab-en", "pl": "generative-models", "ru": "lab-ru", "zh": "lab-zh"}
    for language, texts in paragraphs.items():
        for number, text in enumerate(texts):
            yield {
                "id": f"{language}-ok{number}",
                "language": language,
                "base": bases[language],
                "place": "answer",
                "original": "",
                "planted": text,
                "label": "correct",
            }


def _table(counts: Mapping[tuple[str, str, str], int]) -> str:
    lines = ["| language | labelled | cases | an error | listed | neither |", "| --- | --- | --: | --: | --: | --: |"]
    for language, label in sorted({key[:2] for key in counts}):
        row = [counts.get((language, label, found), 0) for found in LABELS]
        lines.append(f"| {language} | {label} | {sum(row)} | {' | '.join(map(str, row))} |")
    for label in sorted({key[1] for key in counts}):
        row = [sum(n for (_, other, judged), n in counts.items() if (other, judged) == (label, found)) for found in LABELS]
        lines.append(f"| all | {label} | {sum(row)} | {' | '.join(map(str, row))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
