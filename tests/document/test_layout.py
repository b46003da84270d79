"""Positions on the pages of the PDF: nothing overlaps or leaves the page."""

from __future__ import annotations

import itertools
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.document.material import Author, Header, Material
from report_builder.document.pdf import pdf
from report_builder.errors import ReportError

LONG = "abcdefghij" * 8
WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
NAMES = [
    "adam_beta_one",
    "batch_size_of_discriminator",
    "critic_steps",
    "decoder_filters",
    "epochs",
    "gradient_penalty",
    "kl_weight",
]
HEADS = ["размерность_кода", "количество_параметров", "реконструкция", "расхождение", "правдоподобие", "обучение", "проверка"]


def columns(heads: list[str], *rows: list[str]) -> str:
    """Pipe table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (heads, ["--:"] * len(heads), *rows)) + "\n"


TABLES = {
    "grid": """\
+---------+----------------+-------+
| Model   | Notes          | Loss  |
+=========+================+=======+
| VAE     | - plain words  | small |
|         | - in a list    |       |
+---------+----------------+-------+
| both columns             | large |
+---------+----------------+-------+
""",
    "multi-line": """\
-----------------------------------------
 Model     Notes                   Loss
--------- ----------------------- -------
 VAE       words that go over
           two lines               small

 GAN       other words             large
-----------------------------------------
""",
    "fourteen numbers": columns(list("abcdefghijklmn"), ["1234.5678"] * 14),
    "fourteen names": columns([*NAMES, *reversed(NAMES)], ["0.5"] * 14),
    "twelve words": columns(["reconstruction"] * 12, ["reconstruction"] * 12),
    "long code": columns(["a", "b"], ["x " * 90, "`keras.layers.Conv2DTranspose(filters=64, kernel_size=3, strides=2)`"]),
    "a long word in the head": columns([LONG, "b", "c"], ["1", "2", LONG]),
    "protected spaces": columns(["interval"] * 5, ["−0,003322\u00a0[−0,003322;\u00a0−0,002701]"] * 5),
    "russian heads": columns(HEADS, ["123,45"] * 7),
}


@pytest.fixture
def words(composed: Callable, free: Material, tmp_path: Path) -> Callable[..., list[tuple[int, list[float], str]]]:
    """Page, box (left, top, right, bottom in points) and text of each word in the PDF of a text."""

    def boxes(text: str, header: Header | None = None) -> list[tuple[int, list[float], str]]:
        content, lost = pdf(composed(text, replace(free, header=header or Header("T"))))
        assert lost is None
        (tmp_path / "out.pdf").write_bytes(content)
        command = ["pdftotext", "-bbox", str(tmp_path / "out.pdf"), "-"]
        pages = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout.split("<page ")[1:]
        found = [(page, WORD.findall(text)) for page, text in enumerate(pages, 1)]
        return [(page, [float(side) for side in word[:4]], word[4]) for page, listed in found for word in listed]

    return boxes


def overlap(one: list[float], other: list[float]) -> bool:
    """Whether two boxes overlap by more than a hair."""
    return all(min(one[i + 2], other[i + 2]) - max(one[i], other[i]) > least for i, least in ((0, 0.5), (1, 3)))


@pytest.mark.external("poppler")
@pytest.mark.parametrize("table", TABLES)
def test_a_table_stays_on_the_page(words, table: str) -> None:
    """No cell of a table overlaps another or the margin, however wide the table is, and none is lost."""
    shown = words(f"Before.\n\n{TABLES[table]}\n: Caption {{#tbl:a}}\n\nAfter @tbl:a.\n")
    for (page, box, word), (other_page, other, second) in itertools.combinations(shown, 2):
        assert page != other_page or not overlap(box, other), (word, second)
    assert all(60 < box[0] < box[2] < 535 for _, box, _ in shown)
    typed, printed = Counter(re.findall(r"\w", TABLES[table])), Counter("".join(word for _, _, word in shown))
    assert typed <= printed


def test_a_table_that_fits_nowhere_is_refused(composed, free) -> None:
    """A table too wide for the page and too long to be turned is refused at its line, and no internal path is shown."""
    table = columns(["abcdefghijklmnop"] * 20, *[["abcdefghijklmnop"] * 20] * 30)
    with pytest.raises(ReportError) as caught:
        pdf(composed(f"Before.\n\n{table}\n: Caption {{#tbl:a}}\n\nAfter @tbl:a.\n", free))
    (problem,) = caught.value.problems
    assert problem.where.rpartition("/")[2] == "lab.md:36"  # its caption
    assert problem.received == "this table is too wide for the page, and too long to be turned"


@pytest.mark.external("poppler")
def test_a_table_without_a_head_has_no_bold_row(words, composed, free, tmp_path) -> None:
    """Only the head row of a table is bold."""
    fonts = {}
    for name, head in (("without", "|   |   |"), ("with", "| a | b |")):
        content, _ = pdf(composed(f"{head}\n|---|---|\n| one | two |\n", replace(free, header=Header(""))))
        (tmp_path / "out.pdf").write_bytes(content)
        command = ["pdffonts", str(tmp_path / "out.pdf")]
        fonts[name] = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    assert "Semibold" in fonts["with"]
    assert "Semibold" not in fonts["without"]


@pytest.mark.external("poppler")
@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("Autoencoders, conditional networks and Wasserstein networks " * 3, ", ".join(["A Student-Longname 100001"] * 4)),
        (LONG * 2, LONG * 2),
        ("T", ", ".join(["A Student-Longname 100001"] * 4)),
        ('50 % of $x$ | a_b # {c} \\ *d* "e" <f>', "`A`"),
    ],
)
def test_the_running_head_is_one_line(words, title: str, author: str) -> None:
    """The running head is one line within the margins, however long title and authors are; the title page has them whole."""
    text = "One.\n\n::: pagebreak\n:::\n\nTwo.\n"
    shown = words(text, Header(title, authors=(Author(author),)))
    head = [box for page, box, _ in shown if page == 2 and box[1] < 60]
    assert max(box[3] for box in head) - min(box[1] for box in head) < 14
    assert all(60 < box[0] < box[2] < 535 for _, box, _ in shown)
    first = "".join(word for page, _, word in shown if page == 1)
    assert re.sub(r"\s", "", title) in first.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')


@pytest.mark.external("poppler")
def test_a_word_of_eighty_letters_is_broken(words) -> None:
    """A very long word in a heading, paragraph, caption, code or link is broken at the margin and copied whole."""
    text = f"# {LONG}\n\n{LONG} `{LONG}` [{LONG}](http://a.pl)\n\n- *{LONG}*\n\n| a |\n|---|\n| 1 |\n\n: {LONG}\n"
    shown = words(text, Header("T", subtitle=LONG, course=LONG, laboratory=LONG))
    assert all(60 < box[0] < box[2] < 535 for _, box, _ in shown)
    assert "".join(word for _, _, word in shown).count(LONG) == 9


@pytest.mark.external("poppler")
@pytest.mark.parametrize(
    ("place", "after", "expected"),
    [
        ("here", "\n\n", "p0 Oryginały p1 p2 p3 p4"),
        ("auto", "\n\n", "p0 p1 p2 Oryginały p3 p4"),  # two of them fill the page
        ("auto", "\n\n$$ x $$\n\n", "p0 p1 p2 Oryginały p3 p4"),  # with the formula that the paragraph leads to
        ("auto", "\n\n- an item\n\n", "p0 p1 p2 Oryginały p3 p4"),
        ("auto", "\n\n> other words\n\n", "p0 Oryginały p1 p2 p3 p4"),  # what leads to anything else stays
        ("auto", "\n\n# Next\n\n", "p0 p1 Oryginały p2 p3 p4"),  # never past the next heading
    ],
)
def test_a_figure_stands_with_its_text(words, place: str, after: str, expected: str) -> None:
    """A figure stays in place; a movable one lets only whole passages of its section fill the page before it."""
    figure = f'{{{{ figure("strip", place="{place}") }}}}'
    high, long = "".join(f"\nline {number}\\" for number in range(40)), " word" * 30
    text = f"p0{high}\nend.\n\n{figure}\n\np1{long}{after}p2{long}\n\np3{long * 2}\n\np4\n\n[@fig:strip]\n"
    shown = [(page, word) for page, _, word in words(text, Header("T")) if re.fullmatch(r"p\d|Oryginały", word)]
    assert " ".join(word for _, word in shown) == expected
    page = {word: page for page, word in shown}
    assert (page["p0"], page["Oryginały"], page["p4"]) == (1, 2, 2)
    assert page["p1"] == (2 if expected.startswith("p0 O") else 1)


@pytest.mark.external("poppler")
@pytest.mark.parametrize("label", ["", " {#tbl:a}"])
def test_a_split_table_says_that_it_is_continued(words, label: str) -> None:
    """The head of a split table is repeated on the next page with the note that the table, by its number, is continued."""
    rows = [[f"r{i}", "1"] for i in range(60)]
    shown = words(f"Before.\n\n{columns(['model', 'loss'], *rows)}\n: Caption{label}\n\nAfter.\n")
    assert [page for page, _, word in shown if word == "model"] == [1, 2]
    assert [page for page, _, word in shown if word == "(continued)"] == [2]
    ends = [(box[0], box[2]) for _, box, word in shown if word in ("model", "loss")]
    assert [(ends[at][0] + ends[at + 1][1]) / 2 for at in (0, 2)] == pytest.approx([297.6] * 2, abs=6)  # in the middle of A4
    top, rows = (
        [box[3] for page, box, word in shown if word == "Caption"],
        [box[1] for _, box, word in shown if word == "model"],
    )
    assert 5 < rows[0] - top[0] < 16  # and close to its caption
    assert len([word for page, _, word in shown if word == "Table" and page == 2]) == (1 if label else 0)


@pytest.mark.external("poppler")
@pytest.mark.parametrize(("functions", "pages"), [(2, []), (9, [2]), (20, [2, 3, 4])])
def test_a_split_listing_says_that_it_is_continued(words, functions: int, pages: list[int]) -> None:
    """Each further page of a listing names its number and says that it is continued; a listing of one page does not."""
    code = "\n\n".join(f"def f{i}(x):" + "\n    x += 1" * 8 for i in range(functions))
    shown = words(f'before @lst:a\n\n``` {{#lst:a .python caption="Code"}}\n{code}\n```\n\nAfter.\n')
    assert [page for page, _, word in shown if word == "(continued)"] == pages
    assert [page for page, _, word in shown if word == "Listing"] == [1, *pages]
    assert {f"f{i}(x):" for i in range(functions)} <= {word for _, _, word in shown}


SHARES = "+---------+-----------------------------------------+\n"


@pytest.mark.external("poppler")
@pytest.mark.parametrize(("rows", "pages"), [(3, {2}), (16, {1, 2})])
def test_no_page_breaks_a_row(words, rows: int, pages: set[int]) -> None:
    """A short table with relative column widths moves to the next page whole, and a long one breaks between its rows."""
    row = "".join(f"| {head:<7} | {'first ' + 'word ' * 5 + 'last':<39} |\n" for head in ("Model", "", "", ""))
    shown = words("A line.\n\n" * 32 + SHARES + (row + SHARES) * rows)
    firsts, lasts = ([page for page, _, word in shown if word == name] for name in ("first", "last"))
    assert firsts == lasts
    assert {*firsts} == pages


@pytest.mark.external("poppler")
def test_what_all_models_share_is_as_wide_as_the_text(composed, free, tmp_path) -> None:
    """The row of shared settings has the width of the text also where a row heading is wider than its share of it."""
    long = "w" * 38
    cards = {id_: replace(free.runs["vae"], id=id_, name=id_) for id_ in ("vae", "mc")}
    cards["mc"] = replace(cards["mc"], settings={**cards["mc"].settings, long: 1})
    given = replace(free, header=Header(""), runs={**free.runs, **cards})
    (tmp_path / "out.pdf").write_bytes(pdf(composed(f'{{{{ settings_table(["vae", "mc"], show=["{long}"]) }}}}', given))[0])
    command = ["pdftotext", "-bbox", str(tmp_path / "out.pdf"), "-"]
    found = WORD.findall(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)
    assert max(float(word[2]) for word in found) - min(float(word[0]) for word in found) > 400
