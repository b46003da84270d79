"""Conditional generative adversarial network with a learned class embedding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops
from keras.layers import Concatenate, Embedding

from report_builder.models._networks.adversarial import (
    GAN,
    feature_layers,
    image_layers,
    logit_layers,
)

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.conditional_gan_embedding import Parameters


def embed(one_hot, size):
    """One-hot classes (n, classes) -> learned vectors (n, size)."""
    classes = one_hot.shape[-1]
    return Embedding(classes, size)(ops.argmax(one_hot, axis=-1))


def build_generator(p, image_shape, classes):
    """Noise z (n, latent_dim), one-hot classes -> images (n, h, w, c) in [-1, 1]."""
    z, one_hot = keras.Input((p.latent_dim,)), keras.Input((classes,))
    x = Concatenate()([z, embed(one_hot, p.embedding_dim)])
    return keras.Model([z, one_hot], image_layers(x, p, image_shape), name="generator")


def build_discriminator(p, image_shape, classes):
    """Images, one-hot classes -> logits (n, 1) that the image is real."""
    image, one_hot = keras.Input(image_shape), keras.Input((classes,))
    x = Concatenate()([feature_layers(image, p), embed(one_hot, p.embedding_dim)])
    return keras.Model([image, one_hot], logit_layers(x, p), name="discriminator")


def build(parameters: Parameters, sizes: Sizes) -> GAN:
    """Build the model, ready for `compile(optimizer)`."""
    p, known = parameters, (sizes.image_shape, sizes.condition_dim)
    generator = build_generator(p, *known)
    return GAN(generator, build_discriminator(p, *known), p)
