"""Convolutional conditional Wasserstein generative adversarial network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras.layers import Concatenate, RepeatVector, Reshape

from report_builder.models._networks.adversarial import build_conditional_generator
from report_builder.models._networks.wasserstein import Wasserstein, score_layers

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.conditional_wgan import Parameters


def with_planes(image, condition):
    """Image with the condition as additional channels, the same at each pixel."""
    height, width = image.shape[1:3]
    planes = RepeatVector(height * width)(condition)
    planes = Reshape((height, width, condition.shape[-1]))(planes)
    return Concatenate()([image, planes])


def build_critic(p, image_shape, condition_dim):
    """Images, conditions -> scores (n, 1): any real number, not a probability."""
    image, condition = keras.Input(image_shape), keras.Input((condition_dim,))
    score = score_layers(with_planes(image, condition), p)
    return keras.Model([image, condition], score, name="critic")


def build(parameters: Parameters, sizes: Sizes) -> Wasserstein:
    """Build the model, ready for `compile(optimizer)`."""
    p, known = parameters, (sizes.image_shape, sizes.condition_dim)
    generator = build_conditional_generator(p, *known)
    return Wasserstein(generator, build_critic(p, *known), p)
