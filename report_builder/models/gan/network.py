"""Convolutional generative adversarial network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from report_builder.models._networks.adversarial import (
    GAN,
    build_generator,
    feature_layers,
    logit_layers,
)

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.gan import Parameters


def build_discriminator(p, image_shape):
    """Images -> logits (n, 1) that the image is real."""
    image = keras.Input(image_shape)
    logit = logit_layers(feature_layers(image, p), p)
    return keras.Model(image, logit, name="discriminator")


def build(parameters: Parameters, sizes: Sizes) -> GAN:
    """Build the model, ready for `compile(optimizer)`."""
    p, image_shape = parameters, sizes.image_shape
    generator = build_generator(p, image_shape)
    return GAN(generator, build_discriminator(p, image_shape), p)
