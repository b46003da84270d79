"""Strided convolutions; the decoder has a linear dense layer and a final convolution.

D. Foster: Generative Deep Learning, 2nd edition, O'Reilly 2023, chapter 3.
"""

import math

import keras
from keras.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Reshape


def build_encoder(image_shape, outputs, filters):
    """Images (n, h, w, c) -> codes, or both moments side by side: (n, outputs)."""
    x = inputs = keras.Input(image_shape)
    for number in filters:
        x = Conv2D(number, 3, strides=2, padding="same", activation="relu")(x)
    x = Flatten()(x)
    return keras.Model(inputs, Dense(outputs)(x), name="encoder")


def build_decoder(image_shape, latent_dim, filters):
    """Codes (n, latent_dim) -> logits of the pixels (n, h, w, c)."""
    height, width, channels = image_shape
    shrink = 2 ** len(filters)
    small = (height // shrink, width // shrink, filters[-1])
    z = keras.Input((latent_dim,))
    x = Dense(math.prod(small))(z)
    x = Reshape(small)(x)
    for number in reversed(filters):
        x = Conv2DTranspose(number, 3, strides=2, padding="same", activation="relu")(x)
    logits = Conv2D(channels, 3, padding="same")(x)
    return keras.Model(z, logits, name="decoder")
