"""A document with something of everything, in every format: each sign that is written is held.

Where the test fails and what is written now is right, it stands in the folder that the message names: look at it, then copy it.
"""

from __future__ import annotations

import io
import itertools
import operator
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.document.composing import Document
from report_builder.document.html import html_page
from report_builder.document.material import Author, Fragment, Listing, Material, SubfiguresCard, SweepCard, TaskCard
from report_builder.document.office import docx, markdown
from report_builder.document.passages import CITED, OPAQUE, PRINTED, REFERENCE, SAID, VALUE, passages
from report_builder.document.pdf import typst_source
from report_builder.document.tree import LINE, walk
from report_builder.facts import Measurement
from report_builder.kinds import Column, Layer, Table

WHOLE = Path(__file__).parent / "whole"
SIGNS = {ord(sign): "…" for sign in (VALUE, SAID, REFERENCE, OPAQUE, PRINTED, CITED)}
AUTHORS = (Author("Żaneta Łęcka", "1", "A", "Katedra", "z@example.org"), Author("Jan Nikt"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="48"><rect width="96" height="48" fill="red"/></svg>'


def word(document: Document, part: str) -> str:
    """A part of the Word file, a paragraph, row or cell a line."""
    with zipfile.ZipFile(io.BytesIO(docx(document))) as archive:
        text = re.sub(r"\s*\n\s*", " ", archive.read(f"word/{part}.xml").decode())
    return re.sub(r"(?=<w:(?:p|tbl|tr|sectPr)\b[^>]*>)", "\n", text) + "\n"


def parts(document: Document) -> str:
    """What else of the Word file is not pandoc's alone: footer, relations, kinds of parts, properties, styles of ours."""
    with zipfile.ZipFile(io.BytesIO(docx(document))) as archive:
        names = [name for name in archive.namelist() if "footer" in name]
        made = {name: archive.read(name).decode() for name in [*names, "word/_rels/document.xml.rels", "docProps/core.xml"]}
        kinds, styles = archive.read("[Content_Types].xml").decode(), archive.read("word/styles.xml").decode()
    ours = re.findall(
        r"<w:style\b(?:(?!</w:style>).)*(?:Caption|Figure|Table|Listing|Verbatim).*?</w:style>", styles, re.DOTALL
    )
    made |= {"kinds": kinds, "styles": "".join(ours)}
    return "".join(f"{name}\n{re.sub(r'(?=<)(?<=>)', chr(10), text)}\n" for name, text in made.items())


def page(document: Document) -> str:
    """The page without style, scripts and the data of pictures."""
    body = html_page(document).partition("<body")[2].partition("\n<script>")[0]
    return re.sub(r'(src="data:[\w/+]+;base64,)[^"]*', r"\1...", body)


def reading(document: Document) -> str:
    """How the text is read: each passage with its line, each sentence with its status, what is found, the lines of words."""
    told = [f"{p.kind}{' answer' * p.answer}{' stated' * p.stated} {p.line}: {p.text}" for p in passages(document.blocks)]
    told += [
        f"{said.status} {said.where.rpartition('/')[2]}: {said.text} ({'; '.join(said.why)}) {' '.join(said.facts)}"
        for said in document.judged.sentences
    ]
    told += [
        f"{found.where.rpartition('/')[2]}: {found.rule}: {found.received}"
        for found in (*document.findings, *document.warnings)
    ]
    leaves = [(node[LINE], node["c"]) for node in walk(document.blocks) if LINE in node and isinstance(node.get("c"), str)]
    told += [f"{n} {' '.join(words for _, words in group)}" for n, group in itertools.groupby(leaves, operator.itemgetter(0))]
    return "".join(f"{re.sub(r' *$', '', line.translate(SIGNS))}\n" for line in told)


FORMATS: Mapping[str, Callable[[Document, Path], str]] = {
    "typ": lambda document, _: typst_source(document)[0].partition("#show: report.with")[2],
    "html": lambda document, _: page(document),
    "md": markdown,
    "xml": lambda document, _: word(document, "document"),
    "parts": lambda document, _: parts(document),
    "read": lambda document, _: reading(document),
}


@pytest.fixture
def everything(beside: Material, ordered: Material, tmp_path: Path) -> Material:
    """Runs with layers, a sweep, facts in words and numbers, figures alone, beside others and with a table."""
    vae, mc = (beside.facts[f"{run}.test.elbo"] for run in ("vae", "mc"))
    words = [replace(fact, name=fact.name.replace("elbo", "kind"), metric="kind", unit="", better="none") for fact in (vae, mc)]
    words = [replace(f, measurements=(Measurement(1, v),)) for f, v in zip(words, ("high", "low"), strict=True)]
    words += [replace(vae, name="vae.test.alone", measurements=(Measurement(1, 2.5),), noise="fixed", keys=("0123456789",))]
    words += [replace(vae, name="vae.test.draws", noise="exact", unit="images", keys=("9876543210", "abc", "d"))]
    layers = (
        Layer("encoder", "dense", "Dense", (4, None), 80, 72, ("input",)),
        Layer("encoder", "act", "ReLU", (), 0, 0, ("dense",)),
    )
    strip = replace(beside.figures["strip"], group="", width="100%", sentences=(), tabulated=True)
    strip = replace(strip, table=Table((Column("class", ("zero", "one")), Column("share", (0.5, 0.25)))))
    codes = replace(beside.figures["codes"], group="", width="70%", sentences=())
    parts = {name: replace(beside.figures[old], id=name, group="pair") for name, old in (("one", "strip"), ("two", "codes"))}
    listing = Listing("vae", "layers", (Fragment("Dense(8)\nReLU()"),))
    return replace(
        beside,
        header=replace(beside.header, subtitle="Podtytuł", laboratory="Lab 3", field_of_study="Informatyka",
                       authors=AUTHORS, supervisor="dr Nikt", logo=strip.png, appendix=True),
        facts=beside.facts | ordered.facts | {fact.name: fact for fact in words},
        runs={**beside.runs, **ordered.runs, "vae": replace(beside.runs["vae"], layers=layers, weights=((8, 10), (10, 10)))},
        sweeps={"beta": SweepCard("beta", ("a", "b", "c", "d", "e"), ("model.beta",))},
        figures={"strip": strip, "codes": codes, **parts},
        subfigures={"pair": SubfiguresCard("pair", ("one", "two"), 2, "Rekonstrukcje i kody")},
        listings={**beside.listings, ("vae", "layers"): listing},
        tasks={"1.1": TaskCard("1.1", "Rekonstrukcje", ("answer", "fact:vae.test.elbo")), "2.1": TaskCard("2.1")},
        tally=True,
    )  # fmt: skip


@pytest.fixture
def document(everything: Material, write_template: Callable[..., Path], composed: Callable[..., Document]) -> Document:
    """The document, with own pictures beside its template."""
    text = (WHOLE / "lab.md").read_text(encoding="utf-8")
    folder = write_template(text).parent
    shutil.copy(everything.figures["strip"].png or "", folder / "own.png")
    (folder / "own.svg").write_text(SVG)
    return composed(text, everything)


def test_everything_in_every_format(document: Document, tmp_path: Path) -> None:
    """The whole document is written as it was looked at."""
    folder = tmp_path / "written"
    folder.mkdir()
    for ending, write in FORMATS.items():
        (folder / f"lab.{ending}.txt").write_text(write(document, tmp_path / "out"), encoding="utf-8")
    for file in folder.iterdir():
        assert file.read_text(encoding="utf-8") == (WHOLE / file.name).read_text(encoding="utf-8"), (
            f"what is written now: {file}"
        )
