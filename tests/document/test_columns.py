"""Tables of the data stored with a figure or a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.office import markdown
from report_builder.document.pdf import pdf
from report_builder.document.rendering import render
from report_builder.document.tree import plain_text, walk
from report_builder.errors import ReportError
from report_builder.kinds import Column, Table, layers_of

MOVES = Table(
    (
        Column("para", ["3 i 5", "1 i 7"]),
        Column("odległość", [12.5, 0.03125], "px/krok"),
        Column("krok", [12500, None], digits=0),
    )
)


@pytest.fixture
def tabulated(free):
    """The material with a table behind one figure, and an undrawn figure whose kind gives a table."""
    strip, codes = free.figures["strip"], free.figures["codes"]
    drawn = {"strip": replace(strip, tabulated=True, table=MOVES), "codes": codes}
    return replace(free, figures=drawn | {"later": replace(strip, id="later", tabulated=True)})


def test_numbers_are_printed_in_the_language(printed, tabulated):
    """Words are unchanged, numbers of a column have equally many digits, units are in the head, a missing value is a dash."""
    text = printed('{{ figure_table("strip", id="tbl:moves", caption="Ruchy") }}', tabulated)
    assert "| para | odległość [px/\u2060krok] | krok |" in text
    assert "| 3 i 5 | 12,50 | 12\u202f500 |" in text
    assert "| 1 i 7 | 0,03 | – |" in text
    assert ": Ruchy #tbl:moves" in text


def test_a_table_is_numbered_and_may_stand_in_an_answer(composed, tabulated, tmp_path):
    """S1-E15: numbers behind a picture are printed as a numbered table, are not typed numbers, and reach every format."""
    document = composed('::: answer\n[@tbl:strip]\n\n{{ figure_table("strip", "Ruchy") }}\n:::', tabulated)
    assert document.labels == {"tbl:strip": "1"}
    assert not document.findings
    assert document.sources == {("figure", "strip")}
    assert pdf(document)[1] is None
    assert "12,50" in markdown(document, tmp_path)


def test_a_table_before_its_figure_is_drawn(composed, tabulated):
    """The label of a table exists before its numbers, and a draft says that they are missing."""
    document = composed('{{ figure_table("later", "Ruchy") }}', tabulated, draft=True)
    assert document.labels == {"tbl:later": "1"}
    assert "[nie zmierzono]" in plain_text(document.blocks)


@pytest.mark.parametrize(("name", "rule"), [("stripe", "unknown figure"), ("codes", "unknown figure with a table")])
def test_a_figure_without_a_table(tabulated, write_template, name, rule):
    """A figure whose kind gives no table is distinguished from an unknown figure, and figures with tables are named."""
    (problem,) = render(write_template(f'{{{{ figure_table("{name}") }}}}'), tabulated).problems
    assert problem.rule == rule
    assert "strip" in problem.allowed


SUMMARY = {
    "encoder": [
        {"name": "image", "type": "InputLayer", "output_shape": [28, 28, 1], "parameters": 0},
        {"name": "dense", "type": "Dense", "output_shape": [16], "parameters": 12560},
        {"name": "norm", "type": "BatchNormalization", "output_shape": [16], "parameters": 64},
    ],
    "decoder": [{"name": "own", "type": "Own", "output_shape": None, "parameters": 300000}],
}


@pytest.fixture
def trained(free):
    """The material with the layers of one run."""
    return replace(free, runs=free.runs | {"vae": replace(free.runs["vae"], layers=layers_of(SUMMARY))})


def test_layers_of_a_model(trained, printed):
    """S3-F08: a row per layer, and totals of trainable and non-trainable parameters with their size, at four bytes each."""
    *lines, label = printed('{{ layers_table("vae", caption="Warstwy") }}', trained).split("\n")
    assert lines == [
        "| Część | Warstwa | Rodzaj | Kształt wyjścia | Parametry |",
        "| enkoder | image | InputLayer | 28 × 28 × 1 | 0 |",
        "|  | dense | Dense | 16 | 12\u202f560 |",
        "|  | norm | BatchNormalization | 16 | 64 |",
        "| dekoder | own | Own | – | 300\u202f000 |",
        "| uczone (1,25\u00a0MB) |  |  |  | 312\u202f592 |",
        "| nieuczone (0,1\u00a0kB) |  |  |  | 32 |",
        "| wszystkie (1,25\u00a0MB) |  |  |  | 312\u202f624 |",
    ]
    assert label == ": Warstwy #tbl:vae-layers"


def test_what_layers_read(trained, printed):
    """With connections, a column names the layers that each layer reads, or shows a dash."""
    rows = [line.split(" | ")[1::3] for line in printed('{{ layers_table("vae", connections=True) }}', trained).split("\n")]
    assert rows[:5] == [["Warstwa", "Wejścia"], ["image", "–"], ["dense", "image"], ["norm", "dense"], ["own", "–"]]


def test_layers_of_one_part(composed, trained, free):
    """A part has its own label, an unknown part is refused, and before the training its table is unmeasured."""
    document = composed('{{ layers_table("vae", "encoder", caption="Warstwy") }}', trained)
    assert document.labels == {"tbl:vae-encoder-layers": "1"}
    assert document.sources == {("run", "vae")}
    assert pdf(document)[1] is None
    assert "[nie zmierzono]" in plain_text(composed('{{ layers_table("vae", "encoder") }}', free, draft=True).blocks)
    with pytest.raises(ReportError, match="unknown part of the model of run 'vae'"):
        composed('{{ layers_table("vae", "encodr") }}', trained)


def test_long_tables_break(composed, tabulated):
    """S3-F12: a long table continues on the next page under a repeated head."""
    rows = Table((Column("n", list(range(200))),))
    figures = tabulated.figures | {"strip": replace(tabulated.figures["strip"], table=rows)}
    document = composed('{{ figure_table("strip", "Wiersze") }}', replace(tabulated, figures=figures))
    (table,) = (node for node in walk(document.blocks) if node["t"] == "Table")
    assert len(table["c"][4][0][3]) == 200
    content, lost = pdf(document)
    assert lost is None
    assert content.count(b"/Type /Page\n") + content.count(b"/Type/Page/") >= 3
