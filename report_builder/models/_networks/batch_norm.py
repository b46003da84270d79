"""Strided convolutions, each with batch normalisation and LeakyReLU.

D. Foster: Generative Deep Learning, 2nd edition, O'Reilly 2023, chapter 3; batch
normalisation: S. Ioffe, C. Szegedy, 2015, arXiv:1502.03167.
"""

import math

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


def build_encoder(image_shape, outputs, filters):
    """Images (n, h, w, c) -> codes, or both moments side by side: (n, outputs)."""
    x = inputs = keras.Input(image_shape)
    for number in filters:
        x = Conv2D(number, 3, strides=2, padding="same")(x)
        x = BatchNormalization()(x)
        x = LeakyReLU()(x)
    x = Flatten()(x)
    return keras.Model(inputs, Dense(outputs)(x), name="encoder")


def build_decoder(image_shape, latent_dim, filters):
    """Codes (n, latent_dim) -> logits of the pixels (n, h, w, c)."""
    height, width, channels = image_shape
    shrink = 2 ** len(filters)
    small = (height // shrink, width // shrink, filters[-1])
    z = keras.Input((latent_dim,))
    x = Dense(math.prod(small))(z)
    x = BatchNormalization()(x)
    x = LeakyReLU()(x)
    x = Reshape(small)(x)
    for number in reversed(filters):
        x = Conv2DTranspose(number, 3, strides=2, padding="same")(x)
        x = BatchNormalization()(x)
        x = LeakyReLU()(x)
    logits = Conv2DTranspose(channels, 3, strides=1, padding="same")(x)
    return keras.Model(z, logits, name="decoder")
