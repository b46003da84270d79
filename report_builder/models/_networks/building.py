"""Encoder and decoder of an architecture, by its name."""

import keras
from keras.layers import Dense, Flatten

from report_builder.models._networks import (
    batch_norm,
    convolutional,
    dense,
    dense_relu,
    size_derived,
    textbook,
)
from report_builder.models.stack import stack

BY_NAME = {
    "convolutional": convolutional,
    "textbook": textbook,
    "batch_norm": batch_norm,
    "size_derived": size_derived,
    "dense": dense,
    "dense_relu": dense_relu,
}


def stack_encoder(layers, image_shape, outputs):
    """Images -> (n, outputs), by layers of one's own with a dense layer behind."""
    image = keras.Input(image_shape)
    x = Flatten()(stack(layers, image, "encoder"))
    return keras.Model(image, Dense(outputs)(x), name="encoder")


def stack_decoder(layers, image_shape, latent_dim):
    """Codes (n, latent_dim) -> logits (n, h, w, c), by layers of one's own."""
    z = keras.Input((latent_dim,))
    logits = stack(layers, z, "decoder", ends=image_shape)
    return keras.Model(z, logits, name="decoder")


def build_networks(sizes, architecture, filters, hidden, encoder, decoder):
    """Encoder and decoder of an architecture, or of lists of layers.

    `sizes` are shape of the images, dimension of the code, outputs of the encoder. An
    architecture takes its own widths: `filters`, `hidden` or both.
    """
    image_shape, latent_dim, outputs = sizes
    both = {
        "size_derived": (filters, hidden),
        "dense": (hidden,),
        "dense_relu": (hidden,),
    }
    its, widths = BY_NAME[architecture], both.get(architecture, (filters,))
    into, out = (image_shape, outputs), (image_shape, latent_dim)
    return (
        stack_encoder(encoder, *into) if encoder else its.build_encoder(*into, *widths),
        stack_decoder(decoder, *out) if decoder else its.build_decoder(*out, *widths),
    )
