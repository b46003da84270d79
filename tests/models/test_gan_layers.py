"""The layers of the adversarial models are those of the reports."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from report_builder.kinds import MODELS, Sizes
from report_builder.train import loop


def _described(layers):
    """Return class, output shape and parameter count of each layer except inputs."""
    return [
        (type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params())
        for layer in layers
        if not isinstance(layer, keras.layers.InputLayer)
    ]


def test_the_generator_is_that_of_the_report():
    """For noise of 100 and a condition of 10, the generator has the layers, shapes and parameter counts of S0-F24."""
    generator = loop.build({"kind": "conditional_gan"}, Sizes((28, 28, 1), 10)).generator
    assert [tuple(tensor.shape[1:]) for tensor in generator.inputs] == [(100,), (10,)]
    assert _described(generator.layers) == [
        ("Concatenate", (110,), 0),
        ("Dense", (12544,), 110 * 12544),
        ("BatchNormalization", (12544,), 4 * 12544),
        ("LeakyReLU", (12544,), 0),
        ("Reshape", (7, 7, 256), 0),
        ("Conv2DTranspose", (7, 7, 128), 25 * 256 * 128),
        ("BatchNormalization", (7, 7, 128), 4 * 128),
        ("LeakyReLU", (7, 7, 128), 0),
        ("Conv2DTranspose", (14, 14, 64), 25 * 128 * 64),
        ("BatchNormalization", (14, 14, 64), 4 * 64),
        ("LeakyReLU", (14, 14, 64), 0),
        ("Conv2DTranspose", (28, 28, 1), 25 * 64),
    ]
    transposed = [layer for layer in generator.layers if isinstance(layer, keras.layers.Conv2DTranspose)]
    assert [(t.kernel_size, t.strides, t.use_bias) for t in transposed] == [((5, 5), (s, s), False) for s in (1, 2, 2)]
    assert transposed[-1].activation.__name__ == "tanh"


def test_the_discriminator_is_that_of_the_report():
    """The discriminator takes the condition after the convolutions and ends in one logit, layer by layer as in S0-F25."""
    discriminator = loop.build({"kind": "conditional_gan"}, Sizes((28, 28, 1), 10)).discriminator
    assert _described(discriminator.layers) == [
        ("Conv2D", (14, 14, 64), 25 * 64 + 64),
        ("LeakyReLU", (14, 14, 64), 0),
        ("Dropout", (14, 14, 64), 0),
        ("Conv2D", (7, 7, 128), 25 * 64 * 128 + 128),
        ("LeakyReLU", (7, 7, 128), 0),
        ("Dropout", (7, 7, 128), 0),
        ("Flatten", (6272,), 0),
        ("Concatenate", (6282,), 0),
        ("Dense", (256,), 6282 * 256 + 256),
        ("LeakyReLU", (256,), 0),
        ("Dropout", (256,), 0),
        ("Dense", (128,), 256 * 128 + 128),
        ("LeakyReLU", (128,), 0),
        ("Dropout", (128,), 0),
        ("Dense", (1,), 128 + 1),
    ]
    rates = [layer.rate for layer in discriminator.layers if isinstance(layer, keras.layers.Dropout)]
    slopes = [layer.negative_slope for layer in discriminator.layers if isinstance(layer, keras.layers.LeakyReLU)]
    assert (rates, slopes) == ([0.3] * 4, pytest.approx([0.3] * 4))
    assert discriminator.layers[-1].activation.__name__ == "linear"


def test_an_embedding_stands_in_both_networks():
    """Each network learns ten numbers per class, joined to the noise of 100 and to the flattened maps (S4-F14)."""
    model = loop.build({"kind": "conditional_gan_embedding"}, Sizes((32, 32, 3), 10))
    for network_, joined in ((model.generator, 110), (model.discriminator, 8 * 8 * 128 + 10)):
        embedding = next(layer for layer in network_.layers if isinstance(layer, keras.layers.Embedding))
        joint = next(layer for layer in network_.layers if isinstance(layer, keras.layers.Concatenate))
        assert (embedding.input_dim, embedding.output_dim) == (10, 10)
        assert joint.output.shape[1:] == (joined,)


@pytest.mark.parametrize("name", ["conditional_gan", "conditional_gan_embedding", "gan"])
def test_half_the_width_is_a_preset(name):
    """The preset halves each filter count of both networks and nothing else, under a title of its own."""
    kind, preset = MODELS.get(name), MODELS.get(name).presets["half_width"]
    full, half = kind.parameters().model_dump(), kind.parameters(**preset.parameters).model_dump()
    changed = {key for key in full if full[key] != half[key]}
    assert changed == {"generator_filters", "discriminator_filters"}
    assert all(half[key] == tuple(number // 2 for number in full[key]) for key in changed)
    assert preset.title != kind.title


@pytest.mark.parametrize(("shape", "filters"), [((32, 32, 3), (8, 6, 4)), ((64, 48, 3), (8, 8, 6, 4)), ((6, 10, 1), (4, 4))])
def test_other_sizes_are_drawn(shape, filters):
    """The size doubles once for each filter except the first, for any aspect ratio and number of channels."""
    model = loop.build({"kind": "conditional_gan", "generator_filters": filters}, Sizes(shape, 3))
    assert np.asarray(model.sample(2, 1, np.eye(3, dtype=np.float32)[:2])).shape == (2, *shape)
