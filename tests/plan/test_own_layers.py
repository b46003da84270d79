"""Custom layers in an experiment file: mistakes with lines, keys, and listings."""

from __future__ import annotations

import pytest

from report_builder.build import gather
from report_builder.document.composing import compose
from report_builder.document.rendering import render
from report_builder.document.tree import plain_text
from report_builder.errors import ReportError
from report_builder.plan.schema import json_schema

LAYERS = """\
      kind: classifier
      network:
        - {kind: Conv2D, filters: 4, kernel_size: 3, activation: relu}
        - BatchNormalization
        - {kind: ./mine.py:Swish, steepness: 2}
"""
MINE = "import keras\n\n\nclass Swish(keras.layers.Layer):\n    def call(self, x):\n        return x\n"


@pytest.fixture
def layered(lab):
    """The project with a classifier of custom layers, one of them in a file."""
    lab.edit("metrics:\n", f"  own:\n    data: digits\n    model:\n{LAYERS}metrics:\n")
    lab.experiment.with_name("mine.py").write_text(MINE)
    return lab


def key(lab) -> str:
    """Return the key of the run with custom layers."""
    return lab.plan().runs["own", 1].step.key


def said(lab) -> str:
    """Return the message about the experiment file."""
    with pytest.raises(ReportError) as error:
        lab.plan()
    return str(error.value)


def line(lab, text: str) -> int:
    """Return the line number of a text in the experiment file."""
    return next(n for n, row in enumerate(lab.experiment.read_text().splitlines(), 1) if text in row)


def test_the_short_form_has_the_key_of_the_long_one(layered) -> None:
    """A name alone is the layer without arguments; with an argument it is another run."""
    before = key(layered)
    layered.edit("- BatchNormalization", "- {kind: BatchNormalization}")
    assert key(layered) == before
    layered.edit("{kind: BatchNormalization}", "{kind: BatchNormalization, momentum: 0.5}")
    assert key(layered) != before


def test_the_code_of_an_own_layer_counts(layered) -> None:
    """A change of its code trains again, one of a comment or docstring does not, and other runs are unaffected."""
    mine, before, other = layered.experiment.with_name("mine.py"), key(layered), layered.plan().runs["vae", 1].step.key
    mine.write_text("# mine\n" + MINE.replace("(keras.layers.Layer):\n", '(keras.layers.Layer):\n    """An activation."""\n\n'))
    assert key(layered) == before
    mine.write_text(MINE.replace("return x", "return x + x"))
    assert key(layered) != before
    assert layered.plan().runs["vae", 1].step.key == other


def test_mistakes_in_a_list_have_their_lines(layered) -> None:
    """Code in YAML, a missing file and an entry without a kind are reported together, each with its line."""
    layered.edit("- BatchNormalization", "- Lambda")
    layered.edit("{kind: Conv2D, filters: 4,", "{filters: 4,")
    found = said(layered)
    assert f"tiny.yaml:{line(layered, '- Lambda')}: runs.own.model.network.1" in found
    assert f"tiny.yaml:{line(layered, '{filters: 4')}: runs.own.model.network.0.kind: the key 'kind' is required" in found
    layered.edit("- Lambda", "- Flatten")
    layered.edit("{filters: 4,", "{kind: Conv2D, filters: 4,")
    layered.edit("./mine.py:Swish", "./yours.py:Swish")
    assert f"tiny.yaml:{line(layered, './yours.py')}: runs.own.model.network.2: there is no file yours.py" in said(layered)


def test_a_file_of_layers_that_is_no_python(layered) -> None:
    """Invalid Python is reported with the line of the file, at the entry that names it."""
    layered.experiment.with_name("mine.py").write_text("class Swish:\n    def call(self, x:\n")
    found = said(layered)
    assert "mine.py:2 is not valid Python" in found
    assert f"tiny.yaml:{line(layered, './mine.py')}: runs.own.model.network.2" in found


def test_the_listing_is_the_layers_that_ran(layered) -> None:
    """`network` prints the list as Keras source; other parts are taken from the file as usual."""
    listings = gather.material(layered.plan()).listings
    own = listings["own", "network"]
    [layers] = own.fragments
    assert layers.code.splitlines() == ['Conv2D(4, 3, activation="relu"),', "BatchNormalization(),", "Swish(steepness=2),"]
    assert (layers.file, layers.line) == ("", 1)
    assert {fragment.file for fragment in listings["own", "loss"].fragments} == {"classifier/network.py"}


def test_the_listing_says_what_it_is(layered) -> None:
    """It is printed without file name and line, and a table of settings names the classes."""
    layered.edit(
        "# Results\n",
        '# Results\n\n{{ listing("own", "network") }}\n\n{{ run("own").get("model.network") }}\n',
        layered.template,
    )

    material = gather.material(layered.plan())
    text = plain_text(compose(render(layered.template, material, draft=True), material, draft=True).blocks)
    assert "the layers of this run" in text
    assert "Swish(steepness=2)," in text
    assert "Conv2D, BatchNormalization, Swish" in text


def test_editors_know_layers() -> None:
    """The JSON Schema accepts a name, or a mapping with any arguments."""
    layer = json_schema()["$defs"]["Layer"]
    assert [choice["type"] for choice in layer["anyOf"]] == ["string", "object"]
    assert layer["anyOf"][1]["additionalProperties"] is True
