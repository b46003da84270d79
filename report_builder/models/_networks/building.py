"""Encoder and decoder of an architecture, by its name."""

from importlib import import_module
from inspect import signature

import keras
from keras.layers import Dense, Flatten

from report_builder.models.stack import stack


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


def built(architecture, part, sizes, widths):
    """`build_<part>` of an architecture, with those of the widths that it names.

    An architecture is the file of its name beside this one; no other is imported.
    """
    module = import_module(f"{__package__}.{architecture}")
    build = getattr(module, f"build_{part}")
    named = signature(build).parameters
    return build(*sizes, **{name: widths[name] for name in widths if name in named})


def build_networks(sizes, architecture, filters, hidden, encoder, decoder):
    """Encoder and decoder of an architecture, or of lists of layers.

    `sizes` are shape of the images, dimension of the code, outputs of the encoder. An
    architecture takes its own widths: `filters`, `hidden` or both.
    """
    image_shape, latent_dim, outputs = sizes
    into, out = (image_shape, outputs), (image_shape, latent_dim)
    its, widths = architecture, {"filters": filters, "hidden": hidden}
    return (
        stack_encoder(encoder, *into) if encoder else built(its, "encoder", into, widths),
        stack_decoder(decoder, *out) if decoder else built(its, "decoder", out, widths),
    )
