"""A document with every construct, in every format: each written character is compared with an approved version.

If a test fails and the new output is correct, review it in the folder that the message names, then copy it.
"""

from __future__ import annotations

import io
import itertools
import operator
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from report_builder import pages
from report_builder.document.composing import Document
from report_builder.document.html import html_page
from report_builder.document.material import (
    Author,
    Contents,
    Fragment,
    Header,
    Listing,
    Material,
    SubfiguresCard,
    SweepCard,
    TaskCard,
)
from report_builder.document.office import docx, markdown
from report_builder.document.passages import CITED, OPAQUE, PRINTED, REFERENCE, SAID, VALUE, passages
from report_builder.document.pdf import typst_source
from report_builder.document.tree import LINE, Node, Nodes, attributes, caption_of, identifier, plain_text, walk
from report_builder.document.writing import write
from report_builder.facts import Measurement
from report_builder.kinds import Column, Layer, Table

WHOLE = Path(__file__).parent / "whole"
SIGNS = {ord(sign): "…" for sign in (VALUE, SAID, REFERENCE, OPAQUE, PRINTED, CITED)}
AUTHORS = (Author("Żaneta Łęcka", "1", "A", "Katedra", "z@example.org"), Author("Jan Nikt"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="48"><rect width="96" height="48" fill="red"/></svg>'


def word(document: Document, part: str) -> str:
    """Part of the Word file, one line per paragraph, row or cell."""
    with zipfile.ZipFile(io.BytesIO(docx(document))) as archive:
        text = re.sub(r"\s*\n\s*", " ", archive.read(f"word/{part}.xml").decode())
    return re.sub(r"(?=<w:(?:p|tbl|tr|sectPr)\b[^>]*>)", "\n", text) + "\n"


def parts(document: Document) -> str:
    """Other parts of the Word file not written by pandoc alone: footer, relations, content types, properties, own styles."""
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
    """The page without style, scripts and image data."""
    body = html_page(document).partition("<body")[2].partition("\n<script>")[0]
    return re.sub(r'(src="data:[\w/+]+;base64,)[^"]*', r"\1...", body)


def reading(document: Document) -> str:
    """The text as the program reads it: passages with lines, sentences with statuses, findings, and the lines of words."""
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
    """Runs with layers, a sweep, facts in words and numbers, and figures alone, side by side and with a table."""
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
    """The document, with own pictures next to its template."""
    text = (WHOLE / "lab.md").read_text(encoding="utf-8")
    folder = write_template(text).parent
    shutil.copy(everything.figures["strip"].png or "", folder / "own.png")
    (folder / "own.svg").write_text(SVG)
    return composed(text, everything)


def test_everything_in_every_format(document: Document, tmp_path: Path) -> None:
    """The whole document matches its approved version in every format."""
    folder = tmp_path / "written"
    folder.mkdir()
    for ending, make in FORMATS.items():
        (folder / f"lab.{ending}.txt").write_text(make(document, tmp_path / "out"), encoding="utf-8")
    for file in folder.iterdir():
        assert file.read_text(encoding="utf-8") == (WHOLE / file.name).read_text(encoding="utf-8"), (
            f"what is written now: {file}"
        )


REPORTS = {  # the page style and the counter of captions
    "pl": ("lab", "kind", "Politechnika Przykładowa", "Uczenie głębokie"),
    "en": ("article", "all", "Example University", "Deep learning"),
    "ru": ("homework", "kind", "Университет примеров", "Глубокое обучение"),
    "zh-Hant": ("lecture", "all", "範例大學", "深度學習"),
}
FRAGMENTS = (
    Fragment("def loss(x, reconstruction):\n    return bce(x, reconstruction) + divergence(x)", "losses.py", 12),
    Fragment("for batch in batches:  # β\n    step(batch)", "training/steps.py", 127),
)


def beside_template(folder: Path) -> None:
    """Files used by the reports of all languages: pictures, tables, entries."""
    image = Image.new("RGB", (900, 300), "white")
    for i in range(3):
        ImageDraw.Draw(image).ellipse((60 + 290 * i, 40, 260 + 290 * i, 240), fill=(40, 90 + 50 * i, 140), outline="black")
    image.save(folder / "setup.png")
    (folder / "own.svg").write_text(SVG)
    (folder / "rows.csv").write_text("β,時間,„x”\n1.5,2,a|b\n12.25,30,*c*\n", encoding="utf-8")
    rows = "".join(f"{i},{i * i},{1 / i:.3f}\n" for i in range(1, 71))
    (folder / "long.csv").write_text(f"i,i²,1/i\n{rows}", encoding="utf-8")
    shutil.copy(WHOLE / "refs.bib", folder)


@pytest.fixture
def report(everything: Material, write_template: Callable[..., Path], composed: Callable[..., Document]):
    """Compose the report of a language, whose title is its first line."""

    def make(code: str) -> Document:
        title, _, text = (WHOLE / f"{code}.md").read_text(encoding="utf-8").partition("\n\n")
        folder = write_template(text).parent
        beside_template(folder)
        page, numbering, university, course = REPORTS[code]
        authors = (
            Author("Żaneta Łęcka", "000001", "2a", university, "zaneta@example.org"),
            Author("Иван Примеров", "000002", "2a", university),
            Author("王小明", "000003", "2b"),
        )
        header = Header(
            title, code, "β-VAE", authors, "Dr. Nemo", course, "3", date="2025-11-20", logo=folder / "own.svg",
            contents=Contents(2, "front", asked=True), numbering=numbering, page=pages.named(page), appendix=True,
        )  # fmt: skip
        logged = {"loss": (205.5, 181.25, 170.0, 166.125), "kl": (2.0, 3.5, 4.0, 4.25)}
        vae = replace(everything.runs["vae"], histories=(logged,))
        required = {"1": ("answer", "fig:strip", "fact:vae.test.elbo"), "2": ("answer", "fact:mc.test.elbo")}
        return composed(text, replace(
            everything, header=header, bibliography=(folder / "refs.bib",), runs={**everything.runs, "vae": vae},
            listings={**everything.listings, ("vae", "loss"): Listing("vae", "loss", FRAGMENTS)},
            tasks={task: TaskCard(task, "", parts) for task, parts in required.items()},
        ))  # fmt: skip

    return make


def shape(nodes: Nodes, indent: str = "") -> Iterator[str]:
    """Kind, label, classes and text of each block, with nested blocks indented."""
    for node in nodes:
        label, classes, _ = attributes(node)
        name = "".join((node["t"], f"#{label}" * bool(label), *(f".{c}" for c in classes)))
        if node["t"] == "Table":
            yield f"{indent}{name}: {plain_text(caption_of(node))}"
            for part, rows in (("=", node["c"][3][1]), *(("|", body[3]) for body in node["c"][4])):
                yield from (f"{indent}  {part} " + " | ".join(map(_cell, row[1])) for row in rows)
        elif node["t"] in ("Div", "Figure", "BlockQuote", "BulletList", "OrderedList", "DefinitionList"):
            yield f"{indent}{name}" + (f": {plain_text(caption_of(node))}" if node["t"] == "Figure" else "")
            for blocks in _inner(node):
                yield from shape(blocks, indent + "  ")
        else:
            yield f"{indent}{name}: {plain_text(node)}"


def _cell(cell: Nodes) -> str:
    return "".join((f"[{cell[2]}x{cell[3]}] " if (cell[2], cell[3]) != (1, 1) else "", plain_text(cell[4])))


def _inner(node: Node) -> list[Nodes]:
    """Lists of blocks inside a block."""
    if node["t"] == "DefinitionList":
        return [[{"t": "Plain", "c": term}, *blocks] for term, several in node["c"] for blocks in several]
    if node["t"] == "BulletList":
        return node["c"]
    if node["t"] == "OrderedList":
        return node["c"][1]
    return [node["c"] if node["t"] == "BlockQuote" else node["c"][-1]]


@pytest.mark.parametrize("code", REPORTS)
def test_a_report_with_everything(report, code: str, tmp_path: Path) -> None:
    """A long report with every structure matches its approved version, and its links have targets."""
    made = report(code)
    assert not (*made.findings, *made.warnings)
    lines = "\n".join(shape(made.blocks)) + "\n"
    (tmp_path / f"{code}.tree.txt").write_text(lines, encoding="utf-8")
    assert lines == (WHOLE / f"{code}.tree.txt").read_text(encoding="utf-8"), f"what is read now: {tmp_path}"
    labels = {identifier(node) for node in walk(made.blocks)}
    targets = {node["c"][2][0][1:] for node in walk(made.blocks, "Link") if node["c"][2][0].startswith("#")}
    assert targets <= labels


@pytest.mark.slow
@pytest.mark.parametrize("code", REPORTS)
def test_a_report_with_everything_is_written(report, code: str, tmp_path: Path) -> None:
    """Every format of the long reports is written, the PDF with its standards and every glyph."""
    written = write(report(code), ["pdf", "html", "docx", "md"], tmp_path / "out", code)
    assert written.error is None
    assert written.lost_standard is None
