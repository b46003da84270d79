"""As many strided convolutions as the size of the images allows."""

import math

import keras
from keras.layers import (
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dense,
    Flatten,
    LeakyReLU,
    Reshape,
)


def fitting(image_shape, filters):
    """Return the first filters, as many as leave at least four rows and columns."""
    depth = int(math.log2(min(image_shape[:2]))) - 2
    return filters[: max(depth, 1)]


def build_encoder(image_shape, outputs, filters, hidden):
    """Images (n, h, w, c) -> codes, or both moments side by side: (n, outputs)."""
    x = inputs = keras.Input(image_shape)
    for number in fitting(image_shape, filters):
        x = Conv2D(number, 3, strides=2, padding="same")(x)
        x = BatchNormalization()(x)
        x = LeakyReLU()(x)
    x = Flatten()(x)
    for units in hidden:
        x = Dense(units)(x)
        x = LeakyReLU()(x)
    return keras.Model(inputs, Dense(outputs)(x), name="encoder")


def build_decoder(image_shape, latent_dim, filters, hidden):
    """Codes (n, latent_dim) -> logits of the pixels (n, h, w, c)."""
    height, width, channels = image_shape
    filters = fitting(image_shape, filters)
    grow = 2 ** len(filters)
    rows, columns = math.ceil(height / grow), math.ceil(width / grow)
    small = (rows, columns, filters[-1])
    x = z = keras.Input((latent_dim,))
    for units in (*reversed(hidden), math.prod(small)):
        x = Dense(units)(x)
        x = LeakyReLU()(x)
    x = Reshape(small)(x)
    for number in reversed(filters):
        x = Conv2DTranspose(number, 3, strides=2, padding="same")(x)
        x = BatchNormalization()(x)
        x = LeakyReLU()(x)
    x = Conv2DTranspose(channels, 3, strides=1, padding="same")(x)
    logits = Cropping2D(cropped(rows * grow - height, columns * grow - width))(x)
    return keras.Model(z, logits, name="decoder")


def cropped(rows, columns):
    """Return how many rows to crop at top and bottom, and columns at left and right."""
    return (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)
