"""Autoencoder with convolutions and a deterministic code.

G. E. Hinton, R. R. Salakhutdinov: Reducing the Dimensionality of Data with Neural
Networks, Science 313, 2006, doi:10.1126/science.1127647.
"""

import math

import keras
from keras import ops
from keras.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Reshape


def build_encoder(image_shape, latent_dim, filters):
    """Images (n, h, w, c) -> codes z (n, latent_dim)."""
    x = inputs = keras.Input(image_shape)
    for number in filters:
        x = Conv2D(number, 3, strides=2, padding="same", activation="relu")(x)
    x = Flatten()(x)
    return keras.Model(inputs, Dense(latent_dim)(x), name="encoder")


def build_decoder(image_shape, latent_dim, filters):
    """Codes (n, latent_dim) -> logits of the pixels (n, h, w, c)."""
    height, width, channels = image_shape
    shrink = 2 ** len(filters)
    small = (height // shrink, width // shrink, filters[-1])
    z = keras.Input((latent_dim,))
    x = Dense(math.prod(small), activation="relu")(z)
    x = Reshape(small)(x)
    for number in reversed(filters):
        x = Conv2DTranspose(number, 3, strides=2, padding="same", activation="relu")(x)
    logits = Conv2DTranspose(channels, 3, strides=1, padding="same")(x)
    return keras.Model(z, logits, name="decoder")


def binary_crossentropy(x, logits):
    """-log p(x) of Bernoulli pixels, summed over the pixels: (n,), nats."""
    pixels = ops.binary_crossentropy(x, logits, from_logits=True)
    return ops.sum(pixels, axis=(1, 2, 3))


def mean_squared_error(x, logits):
    """Squared difference to the drawn image, mean over the pixels: (n,)."""
    return ops.mean((x - ops.sigmoid(logits)) ** 2, axis=(1, 2, 3))


LOSSES = {"bce": binary_crossentropy, "mse": mean_squared_error}


class Autoencoder(keras.Model):
    """Learns to draw its input again from a short code."""

    def __init__(self, encoder, decoder, loss="bce"):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.reconstruction_loss = LOSSES[loss]
        self.reconstruction_tracker = keras.metrics.Mean(name="reconstruction_loss")

    def call(self, x):
        return self.decoder(self.encoder(x))

    def compute_loss(self, x, y, y_pred, sample_weight=None):
        """Reconstruction loss, mean over the batch."""
        reconstruction = self.reconstruction_loss(x, y_pred)
        self.reconstruction_tracker.update_state(reconstruction)
        return ops.mean(reconstruction)

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        """Brightness of the pixels, between 0 and 1."""
        return ops.sigmoid(self.decoder(z))

    def elbo_terms(self, x, samples):
        """-log p(x | z) for each image, nats; the code is no random variable."""
        return {"reconstruction": binary_crossentropy(x, self(x))}


def build(image_shape, latent_dim=2, filters=(32, 64), loss="bce"):
    """The model, ready for `compile(optimizer)`."""
    encoder = build_encoder(image_shape, latent_dim, filters)
    decoder = build_decoder(image_shape, latent_dim, filters)
    return Autoencoder(encoder, decoder, loss=loss)
