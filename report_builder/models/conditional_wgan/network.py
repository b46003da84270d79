"""Conditional Wasserstein generative adversarial network with convolutions.

M. Arjovsky, S. Chintala, L. Bottou: Wasserstein Generative Adversarial Networks, ICML
2017, algorithm 1 (weights are clipped). I. Gulrajani et al.: Improved Training of
Wasserstein GANs, NeurIPS 2017, algorithm 1 (the norm of the gradient is penalised).
Both networks are told the condition: M. Mirza, S. Osindero: Conditional Generative
Adversarial Nets, 2014, arXiv:1411.1784.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import keras
from keras import ops
from keras.layers import (
    BatchNormalization,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Flatten,
    LeakyReLU,
    RepeatVector,
    Reshape,
)

from report_builder.models._networks.wasserstein import Wasserstein
from report_builder.models.stack import stack

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.conditional_wgan import Parameters


def build_generator(image_shape, condition_dim, latent_dim, filters, slope):
    """Noise z (n, latent_dim), conditions -> images (n, h, w, c) in [-1, 1]."""
    height, width, channels = image_shape
    grow = 2 ** (len(filters) - 1)
    small = (height // grow, width // grow, filters[0])
    z = keras.Input((latent_dim,))
    condition = keras.Input((condition_dim,))
    x = Concatenate()([z, condition])
    x = Dense(math.prod(small), use_bias=False)(x)
    x = BatchNormalization()(x)
    x = LeakyReLU(slope)(x)
    x = Reshape(small)(x)
    for place, number in enumerate(filters[1:]):
        strides = 1 if place == 0 else 2
        x = Conv2DTranspose(number, 5, strides, "same", use_bias=False)(x)
        x = BatchNormalization()(x)
        x = LeakyReLU(slope)(x)
    x = Conv2DTranspose(channels, 5, 2, "same", use_bias=False, activation="tanh")(x)
    return keras.Model([z, condition], x, name="generator")


def told(image, condition):
    """The image with the condition as further channels, the same at each pixel."""
    height, width = image.shape[1:3]
    planes = RepeatVector(height * width)(condition)
    planes = Reshape((height, width, condition.shape[-1]))(planes)
    return Concatenate()([image, planes])


def build_critic(image_shape, condition_dim, filters, hidden, slope):
    """Images, conditions -> scores (n, 1): no probabilities, any real number."""
    image, condition = keras.Input(image_shape), keras.Input((condition_dim,))
    x = told(image, condition)
    for number in filters:
        x = Conv2D(number, 5, strides=2, padding="same")(x)
        x = LeakyReLU(slope)(x)
    x = Flatten()(x)
    for units in hidden:
        x = Dense(units)(x)
        x = LeakyReLU(slope)(x)
    score = Dense(1, use_bias=False)(x)  # a constant cancels in every loss
    return keras.Model([image, condition], score, name="critic")


def stack_generator(layers, image_shape, condition_dim, latent_dim):
    """The same from layers of one's own, whose last one gives the image."""
    z, condition = keras.Input((latent_dim,)), keras.Input((condition_dim,))
    x = Concatenate()([z, condition])
    x = stack(layers, x, "generator", ends=image_shape)
    return keras.Model([z, condition], x, name="generator")


def stack_critic(layers, image_shape, condition_dim, hidden, slope):
    """The same with layers of one's own for the image, dense ones behind."""
    image, condition = keras.Input(image_shape), keras.Input((condition_dim,))
    x = Flatten()(stack(layers, told(image, condition), "critic"))
    for units in hidden:
        x = Dense(units)(x)
        x = LeakyReLU(slope)(x)
    score = Dense(1, use_bias=False)(x)  # a constant cancels in every loss
    return keras.Model([image, condition], score, name="critic")


class ConditionalWGAN(Wasserstein):
    """Both networks are told the condition."""

    def sample(self, n, seed, condition):
        """Images in [-1, 1], one for each of the n conditions."""
        inputs = [self.draw(n, seed), ops.convert_to_tensor(condition)]
        return self.generator(inputs, training=False)


def build(parameters: Parameters, sizes: Sizes) -> ConditionalWGAN:
    """The model, ready for `compile(optimizer)`; lists of layers are made here."""
    p, told = parameters, (sizes.image_shape, sizes.condition_dim)
    dense, z = (p.hidden, p.slope), p.latent_dim
    if p.generator:
        generator = stack_generator(p.generator, *told, z)
    else:
        generator = build_generator(*told, z, p.generator_filters, p.slope)
    if p.critic:
        return ConditionalWGAN(generator, stack_critic(p.critic, *told, *dense), p)
    return ConditionalWGAN(generator, build_critic(*told, p.critic_filters, *dense), p)
