"""The architectures of autoencoders: layers and parameter counts of the reports, and output sizes equal to input sizes."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import keras
import numpy as np
import pytest

from report_builder.kinds import MODELS, Sizes
from report_builder.models import _architectures
from report_builder.models._networks import building
from report_builder.train import loop


def built(kind, preset, shape, **parameters):
    """Return a model of a preset for images of a shape."""
    entry = {"kind": kind} | dict(MODELS.get(kind).presets[preset].parameters) | parameters
    return loop.build(entry, Sizes(shape))


def test_each_file_with_an_architecture_is_named_once_and_can_be_chosen():
    """Every file next to `build` that has `build_encoder` has one entry, and an autoencoder can use it."""
    folder = Path(building.__file__).parent
    written = {file.stem for file in folder.glob("*.py") if "def build_encoder" in file.read_text(encoding="utf-8")}
    assert set(_architectures.BY_NAME) == written == set(get_args(_architectures.Every))
    assert set(get_args(_architectures.Signed)) < written


def counted(network):
    """Return the parameters of a network, and the non-trainable ones among them."""
    return network.count_params(), sum(int(np.prod(w.shape)) for w in network.non_trainable_weights)


NUMBERS = {  # encoder and decoder: parameters, and the non-trainable ones among them
    "S3-F23, F24": ("vae", "textbook_32", (32, 32, 1), (100_868, 0), (246_273, 0)),
    "S3-F25, F26": ("vae", "batch_norm_64", (64, 64, 3), (253_584, 640), (240_131, 1_152)),
    "S2-F22, F23, 28x28": ("vae", "size_derived", (28, 28, 1), (1_641_760, 192), (1_673_537, 192)),
    "S2-F22, F23, 64x64": ("vae", "size_derived", (64, 64, 3), (2_504_416, 960), (3_090_115, 960)),
    "S2-F21": ("autoencoder", "dense", (28, 28, 1), (52_848, 0), (53_888, 0)),
    "dense": ("vae", "dense", (28, 28, 1), (534_276, 0), (534_544, 0)),
}


@pytest.mark.parametrize("case", NUMBERS.values(), ids=NUMBERS.keys())
def test_a_preset_has_the_parameters_of_its_report(case):
    """Encoder and decoder have the parameter counts of the report, printed there or added up from its layers."""
    kind, preset, shape, *expected = case
    model = built(kind, preset, shape)
    assert [counted(model.encoder), counted(model.decoder)] == expected


def layers(network):
    """Return class and output shape of each layer except inputs."""
    return [
        (type(layer).__name__, tuple(layer.output.shape[1:]))
        for layer in network.layers
        if not isinstance(layer, keras.layers.InputLayer)
    ]


def test_the_textbook_networks_layer_by_layer():
    """S3-F23 and F24: three convolutions to 4 x 4 x 128; one linear dense, three transposed and one convolutional layer."""
    model = built("vae", "textbook_32", (32, 32, 1))
    assert layers(model.encoder) == [
        ("Conv2D", (16, 16, 32)),
        ("Conv2D", (8, 8, 64)),
        ("Conv2D", (4, 4, 128)),
        ("Flatten", (2048,)),
        ("Dense", (4,)),
    ]
    assert layers(model.decoder) == [
        ("Dense", (2048,)),
        ("Reshape", (4, 4, 128)),
        ("Conv2DTranspose", (8, 8, 128)),
        ("Conv2DTranspose", (16, 16, 64)),
        ("Conv2DTranspose", (32, 32, 32)),
        ("Conv2D", (32, 32, 1)),
    ]
    used = [layer.activation.__name__ for layer in model.decoder.layers if hasattr(layer, "activation")]
    assert used == ["linear", "relu", "relu", "relu", "linear"]


def test_the_networks_with_batch_normalisation_layer_by_layer():
    """S3-F25 and F26: five blocks of 64 filters down to 2 x 2, and back up."""
    model = built("vae", "batch_norm_64", (64, 64, 3))
    down, up = [32, 16, 8, 4, 2], [4, 8, 16, 32, 64]
    names = ("Conv2D", "BatchNormalization", "LeakyReLU")
    blocks = [(name, (size, size, 64)) for size in down for name in names]
    assert layers(model.encoder) == [*blocks, ("Flatten", (256,)), ("Dense", (400,))]
    head = [(name, (256,)) for name in ("Dense", "BatchNormalization", "LeakyReLU")]
    blocks = [(name, (size, size, 64)) for size in up for name in ("Conv2DTranspose", "BatchNormalization", "LeakyReLU")]
    assert layers(model.decoder) == [*head, ("Reshape", (2, 2, 64)), *blocks, ("Conv2DTranspose", (64, 64, 3))]


@pytest.mark.parametrize(
    ("shape", "depth"), [((45, 37, 3), 3), ((28, 28, 1), 2), ((32, 32, 3), 3), ((64, 64, 3), 4), ((9, 8, 1), 1)]
)
def test_the_depth_follows_from_the_size_and_the_size_comes_out(shape, depth):
    """S2-F22: floor(log2 of the shorter side) - 2 convolutions, at least one; the decoder crops to the image size."""
    model = built("vae", "size_derived", shape, filters=[2, 3, 4, 5], hidden=[6])
    convolutions = [layer.filters for layer in model.encoder.layers if isinstance(layer, keras.layers.Conv2D)]
    assert convolutions == [2, 3, 4, 5][:depth]
    assert np.asarray(model.decode(np.zeros((2, 16), np.float32))).shape == (2, *shape)


def test_the_dense_autoencoder_is_that_of_the_report():
    """S2-F21: 64-32-16 and back, relu everywhere except before the pixels, so that the code is not negative."""
    model = built("autoencoder", "dense", (28, 28, 1))
    dense = [[d for d in part.layers if isinstance(d, keras.layers.Dense)] for part in (model.encoder, model.decoder)]
    assert [[d.units for d in part] for part in dense] == [[64, 32, 16], [16, 32, 64, 784]]
    assert [d.activation.__name__ for part in dense for d in part] == ["relu"] * 6 + ["linear"]
    assert (np.asarray(model.encode(np.random.default_rng(0).random((9, 28, 28, 1)))) >= 0).all()


def test_batch_normalisation_learns_in_training_and_rests_afterwards():
    """A training step updates the moving means; encoding and decoding do not, and do not depend on the batch."""
    model = built("vae", "batch_norm_64", (8, 8, 1), filters=[4, 4], latent_dim=2)
    model.compile(keras.optimizers.Adam(1e-3))
    x = np.random.default_rng(0).random((16, 8, 8, 1)).astype(np.float32)
    still = {w.path: np.asarray(w).copy() for w in model.non_trainable_weights if "moving" in w.path}
    alone, together = np.asarray(model.encode(x[:1])), np.asarray(model.encode(x))
    assert alone[0] == pytest.approx(together[0], rel=1e-4)
    assert all((np.asarray(w) == still[w.path]).all() for w in model.non_trainable_weights if w.path in still)
    model.train_step(x)
    assert all((np.asarray(w) != still[w.path]).any() for w in model.non_trainable_weights if w.path in still)
