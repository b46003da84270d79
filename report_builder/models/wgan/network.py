"""Wasserstein generative adversarial network with convolutions.

M. Arjovsky, S. Chintala, L. Bottou: Wasserstein Generative Adversarial Networks, ICML
2017, algorithm 1 (weights are clipped). I. Gulrajani et al.: Improved Training of
Wasserstein GANs, NeurIPS 2017, algorithm 1 (the norm of the gradient is penalised).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import keras
from keras.layers import (
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Flatten,
    LeakyReLU,
    Reshape,
)

from report_builder.models._networks.wasserstein import Wasserstein
from report_builder.models.stack import stack

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.wgan import Parameters


def build_generator(image_shape, latent_dim, filters, slope):
    """Noise z (n, latent_dim) -> images (n, h, w, c) in [-1, 1]."""
    height, width, channels = image_shape
    grow = 2 ** (len(filters) - 1)
    small = (height // grow, width // grow, filters[0])
    z = keras.Input((latent_dim,))
    x = Dense(math.prod(small), use_bias=False)(z)
    x = BatchNormalization()(x)
    x = LeakyReLU(slope)(x)
    x = Reshape(small)(x)
    for place, number in enumerate(filters[1:]):
        strides = 1 if place == 0 else 2
        x = Conv2DTranspose(number, 5, strides, "same", use_bias=False)(x)
        x = BatchNormalization()(x)
        x = LeakyReLU(slope)(x)
    x = Conv2DTranspose(channels, 5, 2, "same", use_bias=False, activation="tanh")(x)
    return keras.Model(z, x, name="generator")


def build_critic(image_shape, filters, hidden, slope):
    """Images -> scores (n, 1): no probabilities, any real number."""
    x = image = keras.Input(image_shape)
    for number in filters:
        x = Conv2D(number, 5, strides=2, padding="same")(x)
        x = LeakyReLU(slope)(x)
    x = Flatten()(x)
    for units in hidden:
        x = Dense(units)(x)
        x = LeakyReLU(slope)(x)
    score = Dense(1, use_bias=False)(x)  # a constant cancels in every loss
    return keras.Model(image, score, name="critic")


def stack_generator(layers, image_shape, latent_dim):
    """The same from layers of one's own, whose last one gives the image."""
    z = keras.Input((latent_dim,))
    x = stack(layers, z, "generator", ends=image_shape)
    return keras.Model(z, x, name="generator")


def stack_critic(layers, image_shape, hidden, slope):
    """The same with layers of one's own for the image, dense ones behind."""
    image = keras.Input(image_shape)
    x = Flatten()(stack(layers, image, "critic"))
    for units in hidden:
        x = Dense(units)(x)
        x = LeakyReLU(slope)(x)
    score = Dense(1, use_bias=False)(x)  # a constant cancels in every loss
    return keras.Model(image, score, name="critic")


class WGAN(Wasserstein):
    """The generator is told the noise alone, the critic the image alone."""

    def sample(self, n, seed):
        """Images in [-1, 1]."""
        return self.generator(self.draw(n, seed), training=False)


def build(parameters: Parameters, sizes: Sizes) -> WGAN:
    """The model, ready for `compile(optimizer)`; lists of layers are made here."""
    p, image_shape = parameters, sizes.image_shape
    dense, z = (p.hidden, p.slope), p.latent_dim
    if p.generator:
        generator = stack_generator(p.generator, image_shape, z)
    else:
        generator = build_generator(image_shape, z, p.generator_filters, p.slope)
    if p.critic:
        return WGAN(generator, stack_critic(p.critic, image_shape, *dense), p)
    return WGAN(generator, build_critic(image_shape, p.critic_filters, *dense), p)
