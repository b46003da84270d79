"""Languages are complete, and inflect as their readers expect."""

from __future__ import annotations

import string

import pytest
import yaml

from report_builder import languages
from report_builder.errors import ReportError
from report_builder.languages import CASES, KINDS, load

CODES = languages.codes()


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", CODES)
def test_complete(code: str) -> None:
    """Every language has exactly the words of English, with the same fields, and every case of every label."""
    language, english = load(code), load("en")
    assert set(language.words) == set(english.words)
    different = {key for key in english.words if _fields(language.words[key]) != _fields(english.words[key])}
    assert not different
    assert all(set(language.labels[kind][count]) == set(CASES) for kind in KINDS for count in ("one", "many"))
    assert language.stems


@pytest.mark.parametrize("code", CODES)
def test_no_word_stands_twice(code: str) -> None:
    """A key that stands twice would silently be the last one."""

    def repeated(node: yaml.Node) -> list[str]:
        if not isinstance(node, yaml.MappingNode):
            return []
        keys = [key.value for key, _ in node.value]
        return sorted({key for key in keys if keys.count(key) > 1}) + [
            key for _, value in node.value for key in repeated(value)
        ]

    tree = yaml.compose(load(code).file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    assert repeated(tree) == []


@pytest.mark.parametrize(
    ("code", "kind", "numbers", "case", "expected"),
    [
        ("pl", "fig", ["3"], "nom", "rysunek\u00a03"),
        ("pl", "fig", ["1", "2"], "loc", "rysunkach\u00a01 i 2"),
        ("pl", "eq", ["1"], "ins", "wzorem\u00a0(1)"),
        ("ru", "tbl", ["2", "3", "4"], "loc", "таблицах\u00a02, 3 и 4"),
        ("en", "lst", ["2"], "loc", "listing\u00a02"),
        ("zh-Hant", "sec", ["2"], "nom", "第\u00a02\u00a0節"),
    ],
)
def test_label(code: str, kind: str, numbers: list[str], case: str, expected: str) -> None:
    """A label stands in the case and number that the sentence needs, and does not break before its number."""
    assert load(code).label(kind, numbers, case) == expected


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (-158.04183, 1, "−158,0"),
        (-158.04183, None, "−158"),
        (-160.788, None, "−160,8"),
        (0.0084234, None, "0,008423"),
        (0.001, None, "0,001"),
        (24000, None, "24\u202f000"),
        (1500, None, "1500"),
        (-0.0001, 1, "0,0"),
        (2.5e-7, None, "2,5\u00a0·\u00a010⁻⁷"),
        (float("nan"), None, "NaN"),
    ],
)
def test_number(value: float, digits: int | None, expected: str) -> None:
    """A number has the decimal mark of its language, a true minus (never before a zero) and four significant digits."""
    assert load("pl").number(value, digits) == expected


def test_sign_percent_quantity_date_list() -> None:
    """Signs, per cent, units, dates and lists follow the language."""
    polish, russian = load("pl"), load("ru")
    assert polish.number(2.75, 1, sign=True) == "+2,8"
    assert polish.percent(0.9534) == "95,3%"
    assert russian.percent(0.5) == "50\u00a0%"
    assert polish.quantity(-158.04, "nats/image", 1) == "−158,0\u00a0nat/obraz"
    assert polish.date("2025-11-20") == "20 listopada 2025"
    assert load("zh-Hant").date("2025-11-20") == "2025 年 11 月 20 日"
    assert polish.join(["a", "b", "c"]) == "a, b i c"


def test_unknown_words_are_errors() -> None:
    """A word or a language that does not exist is an error that names the file or the near miss."""
    with pytest.raises(ReportError, match=r"pl\.yaml.*(?s:.*)axis\.epoch"):
        load("pl").word("axis.epok")
    with pytest.raises(ReportError, match="Known: en"):
        load("xx")
