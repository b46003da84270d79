"""Pandoc parses the unmodified source, and lines are assigned afterwards."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
from pathlib import Path

import pytest

from report_builder.document import pandoc
from report_builder.document.places import _matching_words, deepest, give_lines, outside_code
from report_builder.document.reading import read
from report_builder.document.rendering import render
from report_builder.document.tree import LINE, plain_text, walk
from report_builder.errors import ReportError
from report_builder.limits import VARIABLE

EXAMPLES = json.loads((Path(__file__).parent / "commonmark-examples.json").read_text(encoding="utf-8"))["examples"]
LISTS = [
    *(
        f"{mark} one\n{mark} two\n"
        for mark in ("-", "*", "+", "1.", "1)", "(1)", "a)", "a.", "(a)", "A)", "i.", "i)", "(i)", "IV.", "#.")
    ),
    "(@) one\n(@good) two\n\nAs (@good) says.\n",
    "- [ ] open\n- [x] done\n",
    "term\n:   meaning\n\n    more\n",
    "| line\n|   block\n",
    "5. five\n7. six\n",
    "- outer\n\n    a. inner\n    b. inner\n\n        i. deep\n",
    "> a) quoted\n> b) list\n",
]
TEMPLATES = sorted((Path(__file__).parents[2] / "templates").glob("*.md"))


def bare(node):
    """Copy of a tree without the program's own keys and without column widths, which depend on the page width."""
    if isinstance(node, list):
        return [bare(item) for item in node]
    if isinstance(node, dict) and node.get("t") == "ColWidth":
        return {"t": "ColWidth"}
    return {key: bare(item) for key, item in node.items() if key != LINE} if isinstance(node, dict) else node


def by_pandoc(texts: list[str], folder: Path) -> list[list]:
    """Trees of texts as parsed by pandoc alone; several texts are separated by a marker heading."""
    command = [pandoc.program(), "-f", pandoc.READER, "-t", "json", "--columns=100000"]
    if len(texts) == 1:
        done = subprocess.run(command, input=texts[0].encode(), capture_output=True, check=True)
        return [bare(json.loads(done.stdout)["blocks"])]
    files = []
    for number, text in enumerate(texts):
        files += [Path(f"{number}.md"), Path(f"{number}-end.md")]
        (folder / files[-2]).write_bytes(text.encode())
        (folder / files[-1]).write_text("# end of the text")
    done = subprocess.run([*command, "--file-scope", *map(str, files)], capture_output=True, check=True, cwd=folder)
    blocks = json.loads(done.stdout.replace(b'"#md"', b'""').replace(b"#md__", b"#"))["blocks"]
    found, current = [], []
    for block in blocks:
        if block["t"] == "Header" and plain_text(block) == "end of the text":
            found.append(bare(current))
            current = []
        else:
            current.append(block)
    return found


def by_us(texts: list[str]) -> list[list]:
    """Trees of texts as parsed for a report, with their lines removed."""
    trees = pandoc.read(texts)
    for tree, text in zip(trees, texts, strict=True):
        give_lines(tree.blocks, text)
    return [bare(tree.blocks) for tree in trees]


def test_what_pandoc_reads_is_what_the_author_wrote(material, write_template, tmp_path, monkeypatch):
    """The tree of each CommonMark example, rendered and given lines, equals pandoc's tree of the same text."""
    monkeypatch.setenv(VARIABLE, "pandoc_seconds=300")  # all examples at once, maybe in parallel to other tests
    rendered = [render(write_template(example), material).text for example in EXAMPLES]
    assert rendered == EXAMPLES
    assert by_us(rendered) == by_pandoc(EXAMPLES, tmp_path)


@pytest.mark.parametrize("text", [*LISTS, *(template.read_text(encoding="utf-8") for template in TEMPLATES)])
def test_lists_and_templates_keep_their_form(text, tmp_path):
    """Every form of list that pandoc knows, and the project's templates, are parsed as by pandoc alone."""
    assert by_us([text]) == by_pandoc([text], tmp_path)


@pytest.mark.parametrize("text", [text for text in LISTS if not text.startswith("term")])  # definitions get paragraphs
def test_lists_keep_their_form_in_a_report(composed, free, text, tmp_path):
    """A list keeps its markers in the document: letters, Roman numbers, brackets, examples, boxes."""
    assert [bare(composed(text, free).blocks)] == by_pandoc([text], tmp_path)


def test_every_word_knows_its_line(material, write_template):
    """A word that occurs once in a text knows its line, also in lists, tables, notes, code and after tokens."""
    lines = [
        '# Heading {{ fact("vae.test.elbo") }} alpha',
        "a) beta",
        "b) gamma[^n]",
        "",
        "| delta | epsilon |",
        "|-------|---------|",
        "| zeta  | eta     |",
        "",
        "[^n]: theta",
        "",
        "```",
        "iota",
        "```",
        "",
        '{{ figure("strip") }}',
        "",
        "> kappa `lambda` $\\mu$ *nu*",
        "omega",
    ]
    rendered = render(write_template("\n".join(lines)), material)
    found = {
        str(node["c"] if isinstance(node["c"], str) else node["c"][1]).strip(): node[LINE]
        for node in walk(read(rendered).blocks)
        if node["t"] in ("Str", "Code", "CodeBlock", "Math")
    }
    expected = {"alpha": 1, "beta": 2, "gamma": 3, "delta": 5, "epsilon": 5, "zeta": 7, "eta": 7, "theta": 9, "iota": 12}
    expected |= {"kappa": 17, "lambda": 17, r"\mu": 17, "nu": 17, "omega": 18, "−158,1": 1, "rekonstrukcje.": 15}
    assert {word: found[word] for word in expected} == expected


@pytest.mark.parametrize("depth", [100, 300, 2000])
@pytest.mark.parametrize("text", ["fences", "quotes", "spans"])
def test_what_stands_too_deeply_is_refused(composed, free, monkeypatch, text, depth):
    """Blocks, quotes and marks nested by the hundred are refused by a named limit, in the template that has them."""
    monkeypatch.setenv("REPORT_BUILDER_LIMITS", "pandoc_seconds=3")
    fences = "".join(":" * (depth + 3 - i) + " question\n" for i in range(depth)) + "x\n"
    fences += "".join(":" * (4 + i) + "\n" for i in range(depth))
    texts = {"fences": fences, "quotes": ">" * depth + " x\n", "spans": "*a **b " * depth + "x"}
    if text == "spans":
        composed(texts[text], free, draft=True)  # marks without an end are words
        return
    with pytest.raises(ReportError, match=r"lab\.md(:\d+)?: .*stand in each other|lab\.md.*pandoc"):
        composed("Words.\n\n" + texts[text], free)


@pytest.mark.parametrize(("depth", "proposed"), [(60, "nesting=100"), (150, "never allowed")])
def test_words_of_a_caption_may_not_stand_too_deeply(composed, free, depth, proposed):
    """The nesting limit applies to Markdown in captions, at the line that prints them, and the message says what suffices."""
    marks = [("*", "**")[i % 2] for i in range(depth)]
    words = " ".join([*(f"{mark}a" for mark in marks), "x", *(f"a{mark}" for mark in reversed(marks))])
    with pytest.raises(ReportError, match=rf"lab\.md:3.*stand in each other(.|\n)*{proposed}"):
        composed("Words.\n\n{{ fact_table([], [], caption='" + words + "') }}", free)


@pytest.mark.parametrize("seed", range(5))
def test_words_are_matched_in_order(seed):
    """Matched words are equal, in order on both sides, and include every common word that is unique and in order."""
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    common = [f"w{i}" for i in range(60)]
    a, b = ([word for each in common for word in (*draw.choices("xyz", k=draw.randrange(4)), each)] for _ in range(2))
    pairs = _matching_words(a, b)
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in itertools.pairwise(pairs))
    assert {a[i] for i, _ in pairs} >= {*common}
    assert _matching_words(a, a) == [(i, i) for i in range(len(a))]
    assert _matching_words(a, []) == _matching_words([], b) == []


WORD, DEEP = {"t": "Str", "c": "a", LINE: 3}, {"t": "Emph", "c": [{"t": "Strong", "c": [{"t": "Str", "c": "b", LINE: 9}]}]}


@pytest.mark.parametrize(
    ("blocks", "depth", "line"),
    [
        ([], 0, 0),
        ([{"t": "Para", "c": []}], 0, 0),
        ([{"t": "Para", "c": [WORD]}], 1, 3),
        ([{"t": "Para", "c": [{"t": "Space"}]}], 1, 0),
        ([{"t": "Para", "c": [{"t": "Space"}, WORD]}], 1, 3),  # the first with a known line
        ([{"t": "Para", "c": [WORD, DEEP]}, {"t": "Para", "c": [DEEP]}], 3, 9),
    ],
)
def test_the_deepest_word(blocks, depth, line):
    """The result is the nesting depth of a text and the first known line at that depth."""
    assert deepest(blocks) == (depth, line)


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("a\n```\nb\n```\nc", "a c"),
        ("a\n~~~~\nb\n~~~\nc\n~~~~~\nd", "a d"),
        ("```\nb\n~~~\nc\n```\nd\n```\ne\n```\nf", "d f"),
        ("  ```python\nb\n  ```\nc", "c"),
        ("a\n$$ x $$\nb", "a $$ x $$ b"),
        ("a\n$$\nb\n$$\nc", "a $$ c"),
    ],
)
def test_lines_outside_of_code_and_formulas(text, outside):
    """A fence is closed by the same character, at least as long, and a formula by its dollars; the opening line is outside."""
    assert " ".join(line for _, line in outside_code(text.split("\n"))) == outside
