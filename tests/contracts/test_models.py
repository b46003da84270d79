"""What every registered model must declare; `test_models_trained` tests what it must do."""

from __future__ import annotations

import ast
import itertools
import subprocess
import sys
from typing import Literal, get_args, get_origin

import pytest
import typst
from pydantic import ValidationError

from report_builder import languages
from report_builder.build.listings import placed
from report_builder.document.formulas.typst import PRELUDE
from report_builder.document.formulas.typst import typst as as_typst
from report_builder.kinds import MODELS, Condition, Layout
from report_builder.kinds.contract import lacks
from report_builder.store import Memo, code_digests
from report_builder.store.modules import PACKAGE

PRINTED_WIDTH = 88
ALL = pytest.mark.parametrize("kind", [module for _, module in MODELS], ids=MODELS.names())


def variants(kind):
    """Return the parameters with every combination of their choices, and each weight at its default and at another value."""
    choices = {n: _choices(f) for n, f in kind.parameters.model_fields.items() if n not in {"latent_dim", "architecture"}}
    choices = {name: values for name, values in choices.items() if values}
    return [
        p for values in itertools.product(*choices.values()) if (p := _allowed(kind, dict(zip(choices, values, strict=True))))
    ]


def _choices(field):
    """Return the values of a parameter to try: its words, or two numbers for a float (a weight)."""
    if get_origin(field.annotation) is Literal:
        return get_args(field.annotation)
    return (field.default, 0.25) if field.annotation is float else ()


def _allowed(kind, chosen):
    """Return the parameters, or None if the model refuses the combination."""
    try:
        return kind.parameters(**chosen)
    except ValidationError:
        return None


def definitions(file):
    """Return the functions and classes of a file by their qualified names."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
            found |= {f"{node.name}.{inner.name}": inner for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


# --- what the front process reads ---------------------------------------------------------------------------------------------


def test_the_models_of_the_lab_sheets_are_found():
    """A folder alone registers a model: autoencoders, conditional and adversarial models, and the classifier used as judge."""
    asked = {"autoencoder", "vae", "conditional_vae", "conditional_gan", "conditional_gan_embedding", "gan", "classifier"}
    asked |= {"wgan", "conditional_wgan"}
    assert asked <= set(MODELS.names())


@ALL
def test_a_model_documents_its_parameters(kind):
    """Every parameter has a description and a default, so that `kind: name` is sufficient."""
    assert all(field.description for field in kind.parameters.model_fields.values())
    assert kind.parameters()


@ALL
def test_a_model_says_its_name_in_every_language(kind):
    """The title of a model is English, and every other language translates it."""
    assert [code for code in languages.codes() if languages.load(code).lacks(kind.title)] == []


@ALL
def test_a_preset_has_a_name_in_every_language_and_known_parameters(kind):
    """A preset sets parameters that differ from the defaults, under a translated title that is not the model's."""
    for preset in kind.presets.values():
        assert [code for code in languages.codes() if languages.load(code).lacks(preset.title)] == []
        told = [languages.load(code).translated for code in languages.codes()]
        assert all(translated(preset.title) != translated(kind.title) for translated in told)
        assert kind.parameters(**preset.parameters) != kind.parameters()


@pytest.mark.parametrize("name", MODELS.names())
def test_a_model_lacks_nothing(name):
    """A model has everything that the contract requires: known capabilities, terms, a loss, listings, a length of its code."""
    assert lacks(MODELS, name) == ()


@ALL
def test_what_is_not_known_is_not_refused(kind):
    """A layout whose shape and classes are unknown before the data is read is not refused."""
    conditions = (Condition("class", ()),)
    layouts = [Layout(None, bounds, None, conditions=conditions) for bounds in ((0, 1), (-1, 1))]
    assert not all(kind.refuses(kind.parameters(), layout) for layout in layouts)


@ALL
def test_pixels_as_loaded_are_refused_with_the_step_that_helps(kind):
    """Every model refuses pixels from 0 to 255 and names the step `scale` and the range it needs."""
    layout = Layout(None, (0, 255), None, conditions=(Condition("class", ()),))
    assert "The data step 'scale' with 'range: " in kind.refuses(kind.parameters(), layout)


@ALL
def test_listings_exist_and_fit_on_a_page(kind):
    """For every choice of parameters, listings name functions and classes of their files, whose lines fit the page."""
    named = {name for parameters in variants(kind) for names in kind.listed(parameters).values() for name in names}
    for file, name in [placed(name, kind.network) for name in named]:
        assert name in definitions(file)
        assert max(map(len, file.read_text(encoding="utf-8").splitlines())) <= PRINTED_WIDTH


@ALL
def test_every_file_that_is_printed_counts(kind, tmp_path):
    """For every choice of parameters, the code of a training includes each file from which its listings are taken."""
    memo = Memo(tmp_path / "memo.json")
    for parameters in variants(kind):
        printed = {placed(name, kind.network)[0] for names in kind.listed(parameters).values() for name in names}
        assert {str(file.relative_to(PACKAGE)) for file in printed} <= set(code_digests(kind.code_files(parameters), memo))


@ALL
def test_equations_are_balanced_and_their_symbols_explained(kind):
    """For every choice of parameters, braces match, and every symbol occurs and is explained in every language."""
    for parameters in variants(kind):
        equation = kind.equation(parameters)
        assert equation.latex.count("{") == equation.latex.count("}")
        assert equation.latex.count(r"\left") == equation.latex.count(r"\right")
        for symbol, meaning in equation.symbols:
            assert all(part.strip() in equation.latex for part in symbol.split("=")[0].split(","))
            assert [code for code in languages.codes() if languages.load(code).lacks(meaning)] == []


def test_equations_typeset():
    """Every equation that a model can print, and every symbol of its legend, becomes a formula that typst compiles."""
    equations = [kind.equation(parameters) for _, kind in MODELS for parameters in variants(kind)]
    formulas = {part for equation in equations for part in (equation.latex, *(symbol for symbol, _ in equation.symbols))}
    text = "\n\n".join(f"$ {as_typst(formula)} $" for formula in sorted(formulas))
    assert typst.compile(f"{PRELUDE}\n{text}".encode()).startswith(b"%PDF")


def test_reading_the_models_imports_no_keras():
    """Parameters, equations and listings of all models are available without TensorFlow, Keras or NumPy."""
    code = (
        "import sys; from report_builder.kinds import MODELS; [m.equation(m.parameters()) for _, m in MODELS]; "
        "assert not {'tensorflow', 'keras', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
