"""Dense layers with relu, including the code, mirrored in the decoder."""

import math

import keras
from keras.layers import Dense, Flatten, Reshape


def build_encoder(image_shape, outputs, hidden):
    """Images (n, h, w, c) -> non-negative codes (n, outputs)."""
    inputs = keras.Input(image_shape)
    x = Flatten()(inputs)
    for units in (*hidden, outputs):
        x = Dense(units, activation="relu")(x)
    return keras.Model(inputs, x, name="encoder")


def build_decoder(image_shape, latent_dim, hidden):
    """Codes (n, latent_dim) -> logits of the pixels (n, h, w, c)."""
    x = z = keras.Input((latent_dim,))
    for units in (latent_dim, *reversed(hidden)):
        x = Dense(units, activation="relu")(x)
    x = Dense(math.prod(image_shape))(x)
    return keras.Model(z, Reshape(image_shape)(x), name="decoder")
