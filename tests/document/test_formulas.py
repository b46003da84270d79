"""Formulas reach typst under names that it knows."""

import pytest

from report_builder.document.html import html_page
from report_builder.document.office import markdown
from report_builder.document.pdf import current_names, pdf, typst_source


def test_only_formulas_change() -> None:
    """Prose that happens to name a symbol, and an escaped dollar, stay as they are."""
    assert current_names(r"a dot.circle \$ $x dot.circle y$ sect $a sect b$") == r"a dot.circle \$ $x dot.o y$ sect $a inter b$"


@pytest.mark.parametrize(
    "operator", [r"\odot", r"\otimes", r"\ominus", r"\oplus", r"\cap", r"\bigcap", r"\sqcap", r"\bigodot", r"\bigotimes"]
)
def test_common_operators_typeset(operator: str) -> None:
    """A common operator, written in TeX, compiles."""
    import pypandoc
    import typst

    written = pypandoc.convert_text(f"$a {operator} b$", "typst", format="markdown")
    assert typst.compile(current_names(written).encode()).startswith(b"%PDF")


def test_a_decimal_comma_does_not_part_a_number(composed, free, tmp_path):
    """`{,}` makes one word of a number in PDF and HTML, two numbers stay two, and what keeps TeX keeps it as written."""
    document = composed(r"$x \approx 12{,}5$ and $(0,1)$", free)
    source, _ = typst_source(document)
    assert 'approx upright("12,5")$' in source
    assert r"0 \, 1" in source
    assert pdf(document)[1] is None
    assert ">12,5</mtext>" in html_page(document)
    assert r"12{,}5" in markdown(document, tmp_path)
