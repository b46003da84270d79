"""Custom architectures: the list in YAML, the network built from it, and the messages for a layer that does not fit."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from report_builder.errors import ReportError
from report_builder.kinds import MODELS, Condition, Layout, Sizes
from report_builder.models import _layers
from report_builder.models._layers import Layer
from report_builder.models.stack import stack
from report_builder.train import loop

OWN = Path(__file__).parent / "own"
CONV = {"kind": "Conv2D", "filters": 3, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}
IMAGE = [{"kind": "Dense", "units": 64, "activation": "tanh"}, {"kind": "Reshape", "target_shape": [8, 8, 1]}]
INNER = [CONV, "BatchNormalization", {"kind": "./my_layers.py:Swish", "steepness": 2}]
SWAPPED = {
    "gan": {"generator": IMAGE, "discriminator": INNER},
    "conditional_gan": {"generator": IMAGE, "discriminator": INNER},
    "conditional_gan_embedding": {"generator": IMAGE, "discriminator": INNER},
    "wgan": {"generator": IMAGE, "critic": INNER, "lipschitz": "clip", "critic_steps": 1},
    "conditional_wgan": {"generator": IMAGE, "critic": INNER, "lipschitz": "clip", "critic_steps": 1},
    "conditional_vae": {"encoder": INNER, "decoder": IMAGE},
    "vae": {"encoder": INNER, "decoder": IMAGE},
    "vae_symmetric": {"encoder": INNER, "decoder": IMAGE},
    "autoencoder": {"encoder": INNER, "decoder": IMAGE},
    "classifier": {"network": INNER},
}
IN_UNIT_RANGE = {"autoencoder", "vae", "conditional_vae"}
EACH = pytest.mark.parametrize("name", SWAPPED)


def applied(entries, shape=(8, 8, 1), ends=None):
    """Return the output shape of layers for images (or codes) of this shape, without the batch dimension."""
    layers = [Layer.model_validate(entry) for entry in entries]
    return tuple(stack(layers, keras.Input(shape), "encoder", ends).shape)[1:]


def said(*args, **options):
    """Return the problem of a stack that cannot be built."""
    with pytest.raises(ReportError) as error:
        applied(*args, **options)
    return error.value.problems[0]


def test_every_model_with_lists_of_layers_is_tried_here():
    """Every model with lists of layers is in the table above."""
    takes = {n for n, kind in MODELS if any("Layer" in str(f.annotation) for f in kind.parameters.model_fields.values())}
    assert set(SWAPPED) == takes


# --- in the front process -----------------------------------------------------------------------------------------------------


def test_a_name_alone_is_a_layer():
    """The short form and `{kind: name}` resolve to the same layer, so that they have one key."""
    kind = MODELS.get("classifier")
    first, second = kind.parameters(network=["Flatten"]), kind.parameters(network=[{"kind": "Flatten"}])
    assert first.model_dump(mode="json") == second.model_dump(mode="json")
    assert first.model_dump(mode="json")["network"] == [{"kind": "Flatten"}]
    assert kind.parameters().network is None


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ({"kind": "Lambda", "function": "x: x"}, "a layer of your own"),
        ("./my_layers.py", r"\./my_layers\.py:Name"),
        ("keras.layers.Conv2D", "a class of keras.layers"),
        ({"filters": 3}, "Field required"),
    ],
)
def test_what_is_no_layer(entry, rule):
    """Code in YAML, a file without a class and a dotted name are refused before any worker starts."""
    with pytest.raises(ValidationError, match=rule):
        MODELS.get("classifier").parameters(network=["Flatten", entry])


def test_an_empty_list_is_no_architecture():
    """Null means the model's own architecture, while a list needs at least one layer."""
    with pytest.raises(ValidationError, match="at least 1"):
        MODELS.get("classifier").parameters(network=[])


def test_layers_as_keras_source():
    """The source has one layer per line, first arguments by position, lists as tuples, text in double quotes."""
    entries = [CONV, {"kind": "Conv2D", "kernel_size": [3, 1], "filters": 8}, "BatchNormalization"]
    entries += [
        {"kind": "Reshape", "target_shape": [4]},
        {"kind": "./a.py:Swish", "rate": 0.5},
        {"kind": "Dense", "use_bias": False},
    ]
    assert _layers.source(Layer.model_validate(entry) for entry in entries).split("\n") == [
        'Conv2D(3, 3, strides=2, padding="same", activation="relu"),',
        "Conv2D(8, (3, 1)),",
        "BatchNormalization(),",
        "Reshape((4,)),",
        "Swish(rate=0.5),",
        "Dense(use_bias=False),",
    ]


def test_the_printed_source_makes_the_layers_that_ran():
    """Evaluated as Python, the source gives the layers that the stack applied."""
    entries = [Layer.model_validate(entry) for entry in [CONV, "Flatten", *IMAGE]]
    made = eval(f"[{_layers.source(entries)}]", vars(keras.layers))  # noqa: S307  the source that is printed
    ours, theirs = keras.Sequential([keras.Input((8, 8, 1)), *made]), keras.Input((8, 8, 1))
    ran = keras.Model(theirs, stack(entries, theirs, "encoder"))
    configs = [[layer.get_config() | {"name": ""} for layer in model.layers if layer.weights] for model in (ours, ran)]
    assert configs[0] == configs[1]
    assert len(configs[0]) == 2


@EACH
def test_own_layers_are_no_longer_bound_to_the_size_of_the_built_in_ones(name):
    """Only the built-in architecture refuses image sizes that cannot be halved or doubled."""
    layout = Layout(
        (7, 9, 1), (0, 1) if name in IN_UNIT_RANGE else (-1, 1), ("a", "b"), conditions=(Condition("class", ("a", "b")),)
    )
    kind = MODELS.get(name)
    assert not kind.refuses(kind.parameters(**SWAPPED[name]), layout)
    assert name == "classifier" or kind.refuses(kind.parameters(), layout)


# --- in a worker --------------------------------------------------------------------------------------------------------------


@EACH
def test_a_model_trains_a_step_with_layers_of_ones_own(name):
    """The listed layers, including a custom one with its argument, are in the network, and a step changes their weights."""
    entry = {"kind": name, **SWAPPED[name]} | ({} if name == "classifier" else {"latent_dim": 5})
    model = loop.build(entry, Sizes((8, 8, 1), 3, 3), OWN)
    inner = getattr(model, next(part for part in SWAPPED[name] if SWAPPED[name][part] is INNER))
    wanted, kinds = ["Conv2D", "BatchNormalization", "Swish"], [type(layer).__name__ for layer in inner.layers]
    assert [kind for kind in kinds if kind in wanted] == wanted
    assert {"Flatten", "Dense"} <= set(kinds)
    assert next(layer for layer in inner.layers if type(layer).__name__ == "Swish").steepness == 2
    model.compile(keras.optimizers.Adam(1e-3))
    before = [np.asarray(w).copy() for w in model.trainable_weights]
    x = np.random.default_rng(0).uniform(0, 1, (6, 8, 8, 1)).astype(np.float32)
    held = {"x": x, "condition": np.eye(3, dtype=np.float32)[[0, 1, 2] * 2], "y": np.array([0, 1, 2] * 2)}
    batch = tuple(keras.ops.convert_to_tensor(held[part]) for part in MODELS.get(name).takes)
    model.train_step(batch if len(batch) > 1 else batch[0])
    assert all((old != np.asarray(new)).any() for old, new in zip(before, model.trainable_weights, strict=True))


def test_an_unknown_layer_and_an_unknown_argument():
    """For an unknown layer or argument, the message suggests the nearest name, at the place of the list entry."""
    problem = said([CONV, {"kind": "BatchNormalisation"}])
    assert (problem.where, "Did you mean 'BatchNormalization'?" in problem.allowed) == ("encoder.1.kind", True)
    problem = said([CONV, {"kind": "Conv2D", "filters": 3, "kernel": 3}])
    assert problem.where == "encoder.1.kernel"
    assert problem.rule == "encoder, layer 2, Conv2D: there is no such argument"
    assert "Did you mean 'kernel_size'?" in problem.allowed
    problem = said([{"kind": f"{OWN}/my_layers.py:Swissh"}])
    assert "Did you mean 'Swish'?" in problem.allowed
    assert "'steepness'" in said([{"kind": f"{OWN}/my_layers.py:Swish", "steepnes": 1}]).allowed


def test_what_keras_refuses_is_one_line_with_the_shape_that_came_in():
    """The message gives the layer, its input shape, and Keras' own complaint without its frame and colours."""
    problem = said([CONV, {"kind": "Flatten"}, CONV])
    assert problem.where == "encoder.2"
    assert problem.rule == "encoder, layer 3, Conv2D: it cannot be applied to its input"
    assert problem.received == "48 values came in"
    assert "expected min_ndim=4, found ndim=2" in problem.allowed
    problem = said([{"kind": "Conv2D", "filters": -3, "kernel_size": 3}])
    assert problem.rule == "encoder, layer 1, Conv2D: it cannot be made with these arguments"
    assert problem.received == "8 x 8 x 1 came in"
    assert not {"\n", "\x1b"} & set(problem.allowed)
    assert "Exception encountered" not in said([{"kind": "Reshape", "target_shape": [7, 3]}]).allowed


def test_a_mistake_in_a_layer_of_ones_own_has_its_line():
    """The message gives the line of the file that raised the exception, and Python's message."""
    problem = said([{"kind": f"{OWN}/my_layers.py:Broken"}], shape=(8,))
    assert problem.rule == "encoder, layer 1, Broken: it cannot be applied to its input"
    assert "NameError at my_layers.py:24, in call: " in problem.allowed
    assert "name 'opps' is not defined" in problem.allowed


def test_the_last_layer_must_give_the_image():
    """A wrong final shape is refused at the last layer with both shapes, and the correct one is accepted."""
    problem = said(IMAGE, shape=(5,), ends=(9, 9, 1))
    assert (problem.where, problem.received) == ("encoder.1", "8 x 8 x 1")
    assert problem.allowed == "The images are 9 x 9 x 1."
    assert applied(IMAGE, shape=(5,), ends=(8, 8, 1)) == (8, 8, 1)


def test_a_layer_with_two_outputs_cannot_stand_in_a_list():
    """A layer with two outputs is named in the message, rather than the next layer, which fails on it."""
    problem = said([{"kind": f"{OWN}/my_layers.py:Halves"}], shape=(8,))
    assert (problem.where, problem.received) == ("encoder.0", "2 tensors")


@pytest.mark.parametrize(
    ("text", "rule"), [("import keras\nclass A(:\n", "broken.py:2 is not"), ("\n1 / 0\n", "broken.py:2 cannot")]
)
def test_a_file_of_layers_that_cannot_be_run(tmp_path, text, rule):
    """The message gives file, line and Python's message."""
    (tmp_path / "broken.py").write_text(text)
    assert rule in said([{"kind": f"{tmp_path}/broken.py:A"}]).rule
