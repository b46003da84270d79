"""Convolutional conditional generative adversarial network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras.layers import Concatenate

from report_builder.models._networks.adversarial import (
    GAN,
    build_conditional_generator,
    feature_layers,
    logit_layers,
)

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.conditional_gan import Parameters


def build_discriminator(p, image_shape, condition_dim):
    """Images, conditions -> logits (n, 1) that the image is real."""
    image, condition = keras.Input(image_shape), keras.Input((condition_dim,))
    x = Concatenate()([feature_layers(image, p), condition])
    return keras.Model([image, condition], logit_layers(x, p), name="discriminator")


def build(parameters: Parameters, sizes: Sizes) -> GAN:
    """Build the model, ready for `compile(optimizer)`."""
    p, known = parameters, (sizes.image_shape, sizes.condition_dim)
    generator = build_conditional_generator(p, *known)
    return GAN(generator, build_discriminator(p, *known), p)
