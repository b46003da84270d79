"""Formulas reach typst under names that it knows."""

import pytest

from report_builder.document.pdf import current_names


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
