"""Convolutional Wasserstein generative adversarial network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from report_builder.models._networks.adversarial import build_generator
from report_builder.models._networks.wasserstein import Wasserstein, score_layers

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.wgan import Parameters


def build_critic(p, image_shape):
    """Images -> scores (n, 1): any real number, not a probability."""
    image = keras.Input(image_shape)
    return keras.Model(image, score_layers(image, p), name="critic")


def build(parameters: Parameters, sizes: Sizes) -> Wasserstein:
    """Build the model, ready for `compile(optimizer)`."""
    p, image_shape = parameters, sizes.image_shape
    generator = build_generator(p, image_shape)
    return Wasserstein(generator, build_critic(p, image_shape), p)
