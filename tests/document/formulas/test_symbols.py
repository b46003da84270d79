"""The tables of symbols, checked against Unicode's names and against pandoc."""

from __future__ import annotations

import string
import unicodedata

import pypandoc
import pytest

from report_builder.document.formulas.symbols import ACCENTS, BRACES, SPACES, SYMBOLS, letter

GREEK = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω"
LATIN, DIGITS = string.ascii_letters, string.digits
FONTS = {  # characters of a font, and Unicode's names for it
    "bf": (LATIN + DIGITS + GREEK, {"BOLD"}),
    "it": (LATIN + GREEK, {"ITALIC"}),
    "bfit": (LATIN + DIGITS + GREEK, {"BOLD ITALIC", "BOLD"}),
    "bb": (LATIN + DIGITS, {"DOUBLE-STRUCK"}),
    "cal": (LATIN, {"SCRIPT"}),
    "frak": (LATIN, {"FRAKTUR", "BLACK-LETTER"}),
    "sf": (LATIN + DIGITS, {"SANS-SERIF"}),
    "tt": (LATIN + DIGITS, {"MONOSPACE"}),
}
OTHERWISE = {  # commands that pandoc draws with another or a shorter shape
    "varkappa", "varrho", "varsigma", "imath", "jmath", "varnothing", "square", "blacksquare", "backslash", "ast",
    "bullet", "setminus", "bigcirc", "amalg", "triangleleft", "triangleright", "barwedge", "centerdot", "preceq",
    "succeq", "leqslant", "geqslant", "longrightarrow", "longleftarrow", "longleftrightarrow", "Longrightarrow",
    "Longleftarrow", "Longleftrightarrow", "iff", "longmapsto", "leadsto", "lVert", "rVert",
}  # fmt: skip
UNKNOWN = {  # commands that pandoc does not know
    "S", "P", "degree", "copyright", "surd", "aa", "o", "O", "AA", "l", "L", "ss", "ae", "smallint", "vcentcolon",
}  # fmt: skip


def unicode_font(char: str) -> str:
    """Font in the Unicode name of a letter: "MATHEMATICAL BOLD CAPITAL A" -> "BOLD"."""
    words = unicodedata.name(char).removeprefix("MATHEMATICAL ").split()
    return " ".join(words[: next(i for i, word in enumerate(words) if word in ("CAPITAL", "SMALL", "DIGIT", "FINAL"))])


@pytest.mark.parametrize("font", FONTS)
def test_letters(font: str) -> None:
    """Each letter of a font is that letter in that font, and letters that the font lacks map to None."""
    has, names = FONTS[font]
    found = {char: letter(char, font) for char in LATIN + DIGITS + GREEK}
    assert {char for char, made in found.items() if made} == set(has)
    for char in has:
        made = found[char]
        if (font, char) != ("it", "h"):  # Planck's constant
            assert (unicodedata.normalize("NFKC", made), unicode_font(made) in names) == (char, True)


@pytest.mark.parametrize(
    ("char", "font", "made"),
    [
        ("h", "it", "PLANCK CONSTANT"),
        ("∇", "bf", "MATHEMATICAL BOLD NABLA"),
        ("𝟙", "bb", "MATHEMATICAL DOUBLE-STRUCK DIGIT ONE"),
        ("∂", "bfit", "MATHEMATICAL BOLD ITALIC PARTIAL DIFFERENTIAL"),
        *((char, "bfit", f"MATHEMATICAL BOLD ITALIC {unicodedata.name(char).split()[-2]} SYMBOL") for char in "ϵϑϕϱϖ"),
    ],
)
def test_letters_that_stand_apart(char: str, font: str, made: str) -> None:
    """Variant letters and operators have bold forms of their own."""
    assert unicodedata.name(letter(char, font) or " ") == made


@pytest.mark.parametrize(("char", "font"), [("A", ""), ("+", "bf"), ("é", "it"), ("[", "bf"), ("@", "bf")])
def test_no_letter(char: str, font: str) -> None:
    """Without a font, or for a character that is not a letter, the result is None, also next to the ends of an alphabet."""
    assert letter(char, font) is None


def test_symbols_are_pandocs() -> None:
    """Each command is the character that pandoc writes, except for those that pandoc does not know or draws differently."""
    names = [name for name in SYMBOLS if name.isalpha() and name not in OTHERWISE | UNKNOWN]
    plain = pypandoc.convert_text("\n\n".join(rf"$\{name}$" for name in names), "plain", "markdown").split("\n\n")
    assert dict(zip(names, map(str.strip, plain), strict=True)) == {name: SYMBOLS[name][0] for name in names}


def test_accents_combine() -> None:
    """A math accent is the combining character that forms the accented letter; wide brackets are whole characters."""
    whole = {
        "hat": "â",
        "tilde": "ã",
        "bar": "ā",
        "dot": "ȧ",
        "ddot": "ä",
        "check": "ǎ",
        "breve": "ă",
        "acute": "á",
        "grave": "à",
    }
    for name, char in whole.items():
        assert unicodedata.normalize("NFC", "a" + ACCENTS[name][0]) == char
    assert {name: unicodedata.name(ACCENTS[name][0]) for name in ("vec", "dddot", "overleftarrow", "overleftrightarrow")} == {
        "vec": "COMBINING RIGHT ARROW ABOVE",
        "dddot": "COMBINING THREE DOTS ABOVE",
        "overleftarrow": "COMBINING LEFT ARROW ABOVE",
        "overleftrightarrow": "COMBINING LEFT RIGHT ARROW ABOVE",
    }
    assert [unicodedata.name(char) for char in list(BRACES.values())[:4]] == [
        f"{side} {kind} BRACKET" for kind in ("CURLY", "SQUARE") for side in ("TOP", "BOTTOM")
    ]


def test_spaces_are_those_of_tex() -> None:
    """Spaces are three, four and five eighteenths of an em, their negatives, half, one and two ems, and a third for a word."""
    eighteenths = {name: round(size * 18, 6) for name, size in SPACES.items()}
    assert eighteenths == {
        **dict.fromkeys((",", "thinspace"), 3),
        **dict.fromkeys((":", ">", "medspace"), 4),
        **dict.fromkeys((";", "thickspace"), 5),
        **dict.fromkeys(("!", "negthinspace"), -3),
        **dict.fromkeys((" ", "\n", "space", "nobreakspace"), 6),
        **dict.fromkeys(("enspace", "enskip"), 9),
        "negmedspace": -4,
        "negthickspace": -5,
        "quad": 18,
        "qquad": 36,
    }
