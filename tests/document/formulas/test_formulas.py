"""Formulas are set correctly in every format, or refused at their line with the name of the command."""

from __future__ import annotations

import io
import json
import random
import re
import time
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import typst as compiler

from report_builder import pages
from report_builder.document.formulas import as_text, problem, symbols
from report_builder.document.formulas.commands import COMMANDS
from report_builder.document.formulas.mathml import mathml
from report_builder.document.formulas.omml import omml
from report_builder.document.formulas.parts import UnsettableError, Words
from report_builder.document.formulas.reading import read
from report_builder.document.formulas.typst import CHECK, PRELUDE, typst
from report_builder.document.html import html_page
from report_builder.document.office import docx, markdown
from report_builder.document.pdf import STANDARDS, pdf, typst_source
from report_builder.errors import FindingError, Problem, ReportError
from report_builder.limits import FORMULA_DEPTH, FORMULA_LETTERS

HERE = Path(__file__).parent
COMMANDS_EMITTED = json.loads((HERE / "commands.json").read_text(encoding="utf-8"))
EMITTED = json.loads((HERE / "emitted.json").read_text(encoding="utf-8"))
SET = [
    line for line in (HERE / "set.txt").read_text(encoding="utf-8").splitlines() if line and not line.startswith(("# ", "## "))
]
REFUSED = json.loads((HERE / "refused.json").read_text(encoding="utf-8"))  # rule, received text, replacement
STYLE = pages.named().source() + "".join(file.read_text(encoding="utf-8") for file in reversed(pages.SHARED))


def emitted(tex: str) -> list[str]:
    """Formula in typst, in MathML, and in Office Math or the reason why that is impossible."""
    try:
        in_word = omml(tex, display=True)
    except UnsettableError as error:
        in_word = f"refused: {error}"
    return [typst(tex), mathml(tex, display=True).partition("<annotation")[0], in_word]


@pytest.mark.parametrize("tex", SET)
def test_what_was_looked_at_is_emitted(tex: str) -> None:
    """Each of the 200 formulas gives the typst and the MathML whose images were compared with xelatex's."""
    assert emitted(tex) == EMITTED[tex]


@pytest.mark.parametrize("tex", COMMANDS_EMITTED)
def test_every_command_is_emitted_as_it_was_looked_at(tex: str) -> None:
    """Each function, accent, fence, size, font, space and environment is emitted as approved, in Office Math where possible."""
    assert emitted(tex) == COMMANDS_EMITTED[tex]


def test_a_sign_that_is_typed_is_set_as_its_command() -> None:
    """A typed sign such as `≤` has the class and spacing of its command; signs of the keyboard have their own classes."""
    commands = {char: name for name, (char, _) in reversed(symbols.SYMBOLS.items()) if len(name) > 1 and name.isalpha()}
    signs = [char for char in commands if not char.isascii() and not char.isalpha() and char not in symbols.FENCES]
    assert len(signs) > 200
    assert {char: typst(f"a {char} b") for char in signs} == {char: typst(rf"a \{commands[char]} b") for char in signs}


def test_there_are_two_hundred() -> None:
    """The table has 200 formulas and no duplicates."""
    assert len(SET) == len(set(SET)) == len(EMITTED) >= 200


def source_of(formulas: list[str], before: str = "") -> bytes:
    """Document of formulas alone, preceded by the definitions `before`."""
    shown = "\n\n".join(f'#tex.equation(block: true, alt: "x", ${typst(tex)}$)' for tex in formulas)
    return f'#set document(title: "T")\n{before}\n{PRELUDE}\n{shown}'.encode()


def test_all_typeset_accessibly() -> None:
    """All 200 formulas compile as PDF/A-2a and PDF/UA-1."""
    assert compiler.compile(source_of(SET), pdf_standards=STANDARDS).startswith(b"%PDF")


def test_a_page_style_may_name_its_things_as_it_likes() -> None:
    """A page style that redefines names of typst's math does not affect formulas."""
    used = sorted(
        {name for tex in SET for name in re.findall(r"\btex\.(\w+)", typst(tex))} | {"h", "box", "hide", "math", "sym"}
    )
    shadows = "\n".join(f'#let {name} = rgb("#1f4e79")' for name in used)
    assert compiler.compile(source_of(SET, shadows), format="svg") == compiler.compile(source_of(SET), format="svg")


def test_our_page_style_takes_no_name_of_typst() -> None:
    """The built-in page style redefines no name of typst, because pandoc and the document's fragments use them."""
    asked = b"#metadata((dictionary(std).keys() + dictionary(std.math).keys() + dictionary(std.sym).keys(),)) <names>"
    known = json.loads(compiler.query(asked, "<names>", field="value"))[0][0]
    assert not set(re.findall(r"^#let ([\w-]+)", STYLE, re.MULTILINE)) & set(known)


@pytest.mark.parametrize("tex", REFUSED)
def test_what_cannot_be_set_is_named(tex: str) -> None:
    """A message names the unsupported command and its replacement, and no format is written from such a formula."""
    rule, received, step = REFUSED[tex]
    found = problem(tex, "a.md:3")
    assert found == Problem("a.md:3", f"a formula cannot be typeset: {rule}", received, next_step=step)
    for write in (typst, lambda given: mathml(given, display=True)):
        with pytest.raises(UnsettableError):
            write(tex)


def test_a_command_is_refused_with_its_line_and_what_to_write(composed, free) -> None:
    """The message has the template's line, the command and the alternative."""
    with pytest.raises(ReportError) as caught:
        composed("First $x$.\n\nThen $v = \\qty{3}{kg}$.\n\n$$\n\\begin{align}a\\end{align}\n$$", free)
    said = [str(found) for found in caught.value.problems]
    assert re.search(r"lab\.md:\d+: a formula cannot be typeset: \\qty cannot be set\n.*3\\,\\mathrm\{kg\}", said[0])
    assert "align" in said[1]
    lines = [int(re.search(r"md:(\d+)", text)[1]) for text in said]
    assert lines[1] - lines[0] == 3


@pytest.mark.parametrize(
    ("tex", "emitted"),
    [
        (r"\|x\|_2^2", r'tex.class("normal",\‖)x tex.attach(tex.class("normal",\‖),t:2,b:2)'),
        (r"\operatorname*{argmax}_x", 'tex.attach(tex.op("argmax",limits: #true),b:x)'),
        (r"a\!b", "a#std.h(-0.1667em)b"),
        (r"a\,=\;b", r"a#std.h(0.4444em)\=#std.h(0.5556em)b"),
        (r"0{,}5", '"0,5"'),
        (r"(0,1)", r"\(0\,1\)"),
        (r"=_d", r"tex.attach(tex.scripts(\=),b:d)"),
        (r"\hat{x}\widehat{xy}", r'tex.accent(x,"\u{302}",size: #0%)tex.accent(x y,"\u{302}")'),
        (r"\left.x\right|", r"tex.lr(#std.box()x\|)"),
    ],
)
def test_typst_says_what_is_meant(tex: str, emitted: str) -> None:
    """Classes, limits, spaces, numbers, accents and fences are written explicitly in typst."""
    assert typst(tex) == emitted


def test_browsers_get_their_spaces_and_marks() -> None:
    """In MathML functions have spaces, hats are no combining characters, columns are aligned, and `|` has no gap."""
    assert '<mi>log</mi><mspace width="0.1667em"></mspace><mover' in mathml(r"x \log \hat{x}", display=False)
    assert "\u0302" not in mathml(r"\hat{x}_i - x_i", display=False)
    aligned = mathml(r"\begin{aligned} a &= b & c &= d \end{aligned}", display=True)
    assert re.findall(r"text-align:(\w+);", aligned) == ["right", "left", "right", "left"]
    assert re.findall(r"padding:0.25em (\S+)em 0.25em (\S+)em", aligned) == [("0", "0"), ("1", "0"), ("0", "1"), ("0", "0")]
    assert '<mo stretchy="false" lspace="0" rspace="0">|</mo><mi>x</mi>' in mathml("|x|", display=False)


@pytest.mark.parametrize(("display", "element"), [(True, "munderover"), (False, "msubsup")])
def test_limits_follow_the_style(element: str, *, display: bool) -> None:
    """Limits of a sum are above and below it in display style, and beside it in inline formulas and fractions."""
    assert f"<{element}>" in mathml(r"\sum_{i=1}^n x_i", display=display)
    assert "<msubsup>" in mathml(r"\frac{\sum_{i=1}^n x_i}{2}", display=display)


def test_a_document_keeps_numbers_whole_in_all_formats(composed, free, tmp_path) -> None:
    """`{,}` keeps a number whole in PDF and HTML, two numbers stay separate, and Markdown keeps the TeX source."""
    document = composed(r"$x \approx 12{,}5$ and $(0,1)$, nested $\frac{0{,}5}{x_{1{,}5}}$", free)
    text, _ = typst_source(document)
    assert '"12,5"' in text
    assert 'tex.frac("0,5",tex.attach(x,b:"1,5"))' in text
    assert pdf(document)[1] is None
    assert "<mn>12,5</mn>" in html_page(document)
    assert r"12{,}5" in markdown(document, tmp_path)


SIGNS = [
    *"xyX02^_^_&'()[]|,.;:!/+-=<> \"@%*~",
    "\\\\",
    r"\left(",
    r"\right)",
    r"\hline",
    "é",
    "я",
    "∑",
    "{,}",
    r"\limits",
    r"\not",
]
COMMANDS_KNOWN = [f"\\{name} " for names in (symbols.SYMBOLS, symbols.SPACES, symbols.LIMITS, COMMANDS) for name in names]


def made_up(source: random.Random, depth: int = 0) -> str:
    """Random formula of commands, signs, scripts, fractions, fences and tables, mostly well-formed."""

    def inner() -> str:
        return made_up(source, depth + 1) if depth < 4 else source.choice(["x", "", "-1", "|x|", "a:b", "f(x)", "/"])

    name = source.choice(["cases", "aligned", "pmatrix"])
    return source.choice(
        [
            lambda: source.choice(SIGNS) + source.choice(COMMANDS_KNOWN),
            lambda: f"{{{inner()}}}_{{{inner()}}}^{{{inner()}}}",
            lambda: rf"\frac{{{inner()}}}{{{inner()}}}",
            lambda: rf"\left[{inner()}\right." + inner(),
            lambda: f"{source.choice(COMMANDS_KNOWN)}{{{inner()}}}",
            lambda: rf"\begin{{{name}}}{inner()}&{inner()}\\{inner()}&\end{{{name}}}",
        ]
    )()


def test_whatever_is_accepted_typesets() -> None:
    """A random formula is either refused with a reason or accepted by every format."""
    source, accepted = random.Random(12), []  # noqa: S311 - no secret
    while len(accepted) < 300:
        tex = made_up(source)
        if problem(tex, "a.md:1") is None:
            accepted.append(tex)
            ET.fromstring(mathml(tex, display=True))  # noqa: S314 - what was just written
            ET.fromstring(f"<r {WORD}>{omml(tex, display=True)}</r>")  # noqa: S314
    assert compiler.compile(source_of(accepted)).startswith(b"%PDF")


WORD = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:w="word"'
RULED = r"\begin{array}{c|c} x & y \\ \hline 0 & 1 \end{array}"


def test_word_gets_every_formula_or_says_why_not() -> None:
    """Every formula is well-formed Office Math without empty elements or single fences; rules in arrays are refused."""
    for tex in SET:
        if "array" in tex and "|" in tex:
            with pytest.raises(UnsettableError, match="rules"):
                omml(tex, display=True)
            continue
        tree = ET.fromstring(f"<r {WORD}>{omml(tex, display=True)}</r>")  # noqa: S314 - what was just written
        assert not [e for e in tree.iter("{http://schemas.openxmlformats.org/officeDocument/2006/math}e") if not len(e)], tex
    base = re.search("<m:sSubSup>.*?<m:e>(.*)</m:e><m:sub>", omml(r"\|x - y\|_2^2", display=False))
    assert base is not None
    assert base[1].startswith('<m:d><m:dPr><m:begChr m:val="‖"/><m:endChr m:val="‖"/>')
    assert '<m:limLoc m:val="undOvr"/>' in omml(r"\sum_i^n x", display=True)
    assert '<m:limLoc m:val="subSup"/>' in omml(r"\sum_i^n x", display=False)
    assert ">12,5<" in omml("12{,}5", display=False)


def test_a_word_file_holds_its_formulas(composed, free) -> None:
    """Formulas in a Word file are native, and one that Word cannot represent is refused at its line."""
    with zipfile.ZipFile(io.BytesIO(docx(composed(r"So $x \approx 12{,}5$ and $$\sum_i x_i$$", free)))) as file:
        text = file.read("word/document.xml").decode()
    assert ">12,5<" in text
    assert text.count("<m:oMath>") == 2
    assert text.count("<m:oMathPara>") == text.count("<m:nary>") == 1
    with pytest.raises(ReportError, match=r"lab\.md:\d+: DOCX: Word has no rules"):
        docx(composed(f"$${RULED}$$", free))


SIGNED = ["a|b", "$x$", r"\$ \alpha", "50 % of it", "a_b^c", "#{c}", "a--b---c", "``q''", r"~/a\\b", "&amp;", "zażółć 中"]


@pytest.mark.parametrize("words", SIGNED)
def test_words_are_printed_in_a_formula_letter_by_letter(words: str) -> None:
    """A name printed inside a formula, or inside text in a formula, keeps all its characters."""
    for tex in (f"x = {as_text(words)}", rf"x = \text{{{as_text(words)}}}"):
        found = read(tex).parts[-1]
        assert isinstance(found, Words)
        assert found.text == words


LONG = " + ".join(f"x_{{{i}}}" for i in range(60))


def test_a_formula_wider_than_its_line_is_a_finding(composed, free) -> None:
    """Every formula wider than its line is a finding at its line; a draft is still printed, and one broken into rows fits."""
    rows = r"\begin{aligned} a &= b + c \\ &= d \end{aligned}"
    document = composed(
        f"$$ {LONG} $$\n\n$$ x $$\n\n$$ {rows} $$\n\n- in a list\n\n  $$ z + {LONG} $$\n\n$$ y + {LONG} $$ {{#eq:y}}\n\n@eq:y",
        free,
    )
    with pytest.raises(FindingError) as caught:
        pdf(document)
    lines = [int(re.search(r"md:(\d+)", found.where)[1]) for found in caught.value.problems]
    assert [line - lines[0] for line in lines] == [0, 8, 10]
    assert pdf(document, draft=True)[0].startswith(b"%PDF")
    assert CHECK not in typst_source(document, draft=True)[0]


def test_a_formula_that_is_a_little_wider_is_set_smaller(composed, free) -> None:
    """A formula slightly wider than its line is set in smaller type, no smaller than code."""
    wider = " + ".join(f"x_{{{i}}}" for i in range(20))
    assert pdf(composed(f"$$ {wider} $$", free))[0].startswith(b"%PDF")


@pytest.mark.parametrize("tex", ["x^{" * 22 + "}" * 22, "{" * 5000, r"\left(" * 400, r"\sqrt" * 3000, "x" * 30_000])
def test_a_formula_has_limits(tex: str) -> None:
    """Deeply nested or very long formulas are refused at once, with the option that raises the limit."""
    start = time.perf_counter()
    found = problem(tex, "a.md:1")
    assert time.perf_counter() - start < 1
    assert found is not None
    assert "--limit formula_" in found.next_step


@pytest.mark.parametrize("before", ["", "{x}{y}", r"\sqrt x \sqrt y ", "x^2 + y^3 + "])
@pytest.mark.parametrize("nest", ["{", r"\sqrt "])
def test_the_limit_of_nesting_is_what_it_says(before: str, nest: str) -> None:
    """The nesting limit is exact, whatever groups were opened and closed before."""
    most = FORMULA_DEPTH.value - 1  # the formula itself counts as one
    made = {n: f"{before}{nest * n}x{('}' * n) if nest == '{' else ''}" for n in (most, most + 1)}
    assert problem(made[most], "a.md:1") is None
    found = problem(made[most + 1], "a.md:1")
    assert found is not None
    assert "--limit formula_depth" in found.next_step


def test_the_limit_of_letters_is_what_it_says() -> None:
    """The length limit is exact: a formula of that many letters is set, one letter more is refused."""
    assert problem("x" * FORMULA_LETTERS.value, "a.md:1") is None
    found = problem("x" * (FORMULA_LETTERS.value + 1), "a.md:1")
    assert found is not None
    assert "--limit formula_letters" in found.next_step


def test_a_sign_after_the_gap_of_aligned_columns_is_no_operation() -> None:
    """In aligned pairs only the second of each pair follows a term, so that the third column may begin with a sign."""
    one, two = (typst(rf"\begin{{aligned}} a &= b & {sign}c &= d \end{{aligned}}") for sign in ("-", ""))
    assert one.replace('tex.class("normal",−)', "") == two
