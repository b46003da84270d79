"""Languages are complete, and inflect as their readers expect."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

import report_builder
from report_builder import languages
from report_builder.datasets import celeba, cifar10, fashion_mnist
from report_builder.errors import ReportError
from report_builder.languages import SOURCE, load, read
from report_builder.languages.checking import faults

CODES = languages.codes()
PACKAGE = Path(report_builder.__file__).parent
PARTIAL = """
labels:
  fig: {one: {nom: Abbildung}}
axis: {epoch: Epoche, loss: }
kinds: {autoencoder: Autoencoder}
"""


@pytest.fixture
def partial(tmp_path: Path) -> languages.Language:
    """A language with only a few words."""
    (tmp_path / "xx.yaml").write_text(PARTIAL, encoding="utf-8")
    return read(tmp_path / "xx.yaml")


def _texts(file: Path) -> set[str]:
    """Return the string constants of a Python file."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("code", CODES)
def test_complete(code: str) -> None:
    """Every language has the words of English with the same fields, those of all kinds, and all cases, and no others."""
    assert faults(load(code)) == []


@pytest.mark.parametrize("code", CODES)
def test_no_translation_of_what_no_kind_says(code: str) -> None:
    """Every English text of a kind that a language translates occurs in the code of a model or data set."""
    texts = {text for room in ("models", "datasets") for file in (PACKAGE / room).rglob("*.py") for text in _texts(file)}
    assert set(load(code).kinds) - texts == set()


def test_a_language_is_one_file() -> None:
    """No module has a dictionary of languages or names a language, except for the default language of a report."""
    named = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        keys = [key for node in nodes if isinstance(node, ast.Dict) for key in node.keys]
        named[file] = {key.value for key in keys if isinstance(key, ast.Constant)} & {*CODES}
    assert {str(file.relative_to(PACKAGE)) for file, codes in named.items() if codes} == set()
    others = {file for file in named if _texts(file) & ({*CODES} - {SOURCE})}
    assert {str(file.relative_to(PACKAGE)) for file in others} == set()


def test_what_is_missing_is_english(partial: languages.Language) -> None:
    """A word, label or title that a language lacks is printed in English, and a missing case in the first case."""
    assert (partial.word("axis.epoch"), partial.word("axis.loss")) == ("Epoche", "loss")
    assert partial.label("fig", ["3"], "ins", capital=True) == "Abbildung\u00a03"
    assert (partial.label("fig", ["3", "4"]), partial.label("tbl", ["1"])) == ("figures\u00a03 and 4", "table\u00a01")
    assert (partial.translated("autoencoder"), partial.translated("classifier")) == ("Autoencoder", "classifier")
    assert {"axis.loss", "labels.fig.many", "labels.tbl.one"} <= {*partial.missing}
    assert "axis.epoch" not in partial.missing


def test_what_is_missing_is_listed(partial: languages.Language, tmp_path: Path) -> None:
    """The check names each missing word with its English, words that English does not have, and fields that differ."""
    said = {problem.where: (problem.rule, problem.received) for problem in faults(partial, ["my kind"])}
    assert said["xx.yaml: axis.loss"] == said["xx.yaml: terms.loss"] == ("not translated", "loss")
    assert said["xx.yaml: kinds.my kind"] == ("not translated", "my kind")
    assert said["xx.yaml: kinds.classifier"] == ("not translated", "classifier")
    assert said["xx.yaml: labels.fig.one"] == ("this label lacks cases", "gen, dat, acc, ins, loc")
    assert {"xx.yaml: labels.fig.many", "xx.yaml: prose.verdict", "xx.yaml: template"} <= {*said}
    (tmp_path / "yy.yaml").write_text('axis: {epok: "x", latent: "y"}\nsheet: {row: "{i"}\n', encoding="utf-8")
    said = {problem.where: (problem.rule, problem.received) for problem in faults(read(tmp_path / "yy.yaml"))}
    assert said["yy.yaml: axis.epok"] == ("English has no such word", "x")
    assert said["yy.yaml: axis.latent"] == ("other fields than in English", "y")
    assert said["yy.yaml: sheet.row"] == ("other fields than in English", "{i")


@pytest.mark.parametrize(
    ("words", "polish", "lacks"),
    [
        ("autoencoder", "autoenkoder", False),
        ("a kind of tomorrow", "a kind of tomorrow", True),
        ({"pl": "skala", "en": "scale"}, "skala", False),
        ({"": "scale"}, "scale", False),
        ({"de": "Skala", "en": "scale"}, "scale", True),
        ({"de": "Skala"}, "Skala", True),
        ({}, "?", True),
    ],
    ids=str,
)
def test_words_of_a_kind(words: str | dict[str, str], polish: str, *, lacks: bool) -> None:
    """The language file translates English text; of a mapping, its own entry, that of every language, or English is taken."""
    assert (load("pl").translated(words), load("pl").lacks(words)) == (polish, lacks)
    assert not load(SOURCE).lacks("a kind of tomorrow")


def test_no_yaml(tmp_path: Path) -> None:
    """A file that is not YAML is an error that names it."""
    (tmp_path / "xx.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(ReportError, match=r"xx\.yaml: not valid YAML"):
        read(tmp_path / "xx.yaml")


@pytest.mark.parametrize("code", CODES)
def test_no_word_stands_twice(code: str) -> None:
    """No key occurs twice, since the last one would silently win."""

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
        ("de", "sec", ["2", "3"], "dat", "Abschnitten\u00a02 und 3"),
        ("zh-Hant", "sec", ["2"], "nom", "第\u00a02\u00a0節"),
    ],
)
def test_label(code: str, kind: str, numbers: list[str], case: str, expected: str) -> None:
    """A label has the case and number that the sentence needs, and a no-break space before its number."""
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
    """A number has the decimal mark of its language, a true minus (never before zero) and four significant digits."""
    assert load("pl").number(value, digits) == expected


def test_sign_percent_quantity_date_list() -> None:
    """Signs, percentages, units, dates and lists follow the language."""
    polish, russian = load("pl"), load("ru")
    assert polish.number(2.75, 1, sign=True) == "+2,8"
    assert polish.percent(0.9534) == "95,3%"
    assert russian.percent(0.5) == "50\u00a0%"
    assert polish.quantity(-158.04, "nats/image", 1) == "−158,0\u00a0nata na obraz"
    assert polish.date("2025-11-20") == "20 listopada 2025"
    assert load("zh-Hant").date("2025-11-20") == "2025 年 11 月 20 日"
    assert load("de").date("2025-11-20") == "20. November 2025"
    assert load("de").percent(0.9534) == "95,3\u00a0%"
    assert polish.join(["a", "b", "c"]) == "a, b i c"


def test_unknown_words_are_errors() -> None:
    """An unknown word or language is an error that names the file or the nearest match."""
    with pytest.raises(ReportError, match=r"pl\.yaml.*(?s:.*)axis\.epoch"):
        load("pl").word("axis.epok")
    with pytest.raises(ReportError, match="Known: de, en, pl"):
        load("xx")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", "1 image, 2 images, 5 images, 12 images, 21 images, 22 images, 1.5 images"),
        ("de", "1 Bild, 2 Bilder, 5 Bilder, 12 Bilder, 21 Bilder, 22 Bilder, 1,5 Bilder"),
        ("pl", "1 obraz, 2 obrazy, 5 obrazów, 12 obrazów, 21 obrazów, 22 obrazy, 1,5 obrazu"),
        (
            "ru",
            "1 изображение, 2 изображения, 5 изображений, 12 изображений, 21 изображение, 22 изображения, 1,5 изображения",
        ),
    ],
)
def test_what_is_counted_agrees_with_the_number(code: str, told: str) -> None:
    """A counted noun has the form that its number requires, and the plural of many after a mean with its deviation."""
    language = load(code)
    found = [language.quantity(value, "images") for value in (1, 2, 5, 12, 21, 22, 1.5)]
    assert ", ".join(found).replace("\xa0", " ") == told
    assert language.counted("3 ± 1", "images") == language.words["counted.images"].split("|")[2]


@pytest.mark.parametrize(
    ("key", "was", "now"),
    [
        ("comparison.sentences.same", "{x} {a} i {y} {b}.", "{x} {a} i {z} {b}."),
        (
            "comparison.sentences.equal",
            "[jest taki sam|jest taka sama|jest takie samo|są takie same]",
            "[jest taki sam|są takie same]",
        ),
        ("nouns.elbo", "n|ELBO|ELBO", "x|ELBO|ELBO"),
        ("nouns.loss", "f|strata|straty", "f|strata"),
        ("nouns.epochs", "  epochs: f|liczba epok|liczby epok\n", ""),
    ],
)
def test_what_makes_no_sentence_is_listed(tmp_path: Path, key: str, was: str, now: str) -> None:
    """A frame with an unknown field or too few forms, and a noun without gender, case or translation, are listed."""
    text = load("pl").file.read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "xx.yaml").write_text(text.replace(was, now), encoding="utf-8")
    assert f"xx.yaml: {key}" in {problem.where for problem in faults(read(tmp_path / "xx.yaml"))}


@pytest.mark.parametrize(
    ("name", "printed"),
    [("Ankle boot", "botek"), ("not Wavy_Hair", "nie: falowane włosy"), ("my_own class", "my own class"), ("7", "7")],
)
def test_names_of_classes(name: str, printed: str) -> None:
    """Classes and attributes of the built-in data sets are translated, including in the noun of a share; others are not."""
    polish = load("pl")
    assert polish.name(name) == printed
    assert printed in polish.noun(f"class_asked_class {name}", "x").forms["nom"]


def test_every_class_that_comes_along_has_a_name() -> None:
    """The translated names are exactly the classes of Fashion-MNIST and CIFAR-10 and the attributes of CelebA."""
    classes = {*fashion_mnist.CLASS_NAMES, *cifar10.CLASS_NAMES, *celeba.ATTRIBUTES, "face"}
    assert {code: {*load(code).names} ^ classes for code in CODES if code != SOURCE} == {c: set() for c in CODES if c != SOURCE}


@pytest.mark.parametrize("code", languages.codes())
def test_a_figure_calls_a_metric_as_sentences_do(code: str) -> None:
    """A metric with a noun and no shorter word is called by the noun, never by its key."""
    language = languages.load(code)
    assert language.metric("frechet_distance") == language.noun("", "frechet_distance").first
    assert "_" not in language.metric("frechet_distance")
    assert language.metric("frechet_distance") != "frechet distance"
    assert language.metric("sharpness") == language.words["metrics.sharpness"]
