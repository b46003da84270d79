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


def built(part, parameters, sizes):
    """`build_<part>` of an architecture, with those of the widths that it names.

    An architecture is the file of its name beside this one; no other is imported.
    """
    module = import_module(f"{__package__}.{parameters.architecture}")
    build = vars(module)[f"build_{part}"]
    named = signature(build).parameters
    widths = {"filters": parameters.filters, "hidden": parameters.hidden}
    return build(*sizes, **{name: widths[name] for name in widths if name in named})


def build_networks(p, image_shape, outputs):
    """Encoder and decoder of the architecture, or of lists of layers.

    `outputs` are those of the encoder. An architecture takes its own widths: `filters`,
    `hidden` or both.
    """
    into, out = (image_shape, outputs), (image_shape, p.latent_dim)
    return (
        stack_encoder(p.encoder, *into) if p.encoder else built("encoder", p, into),
        stack_decoder(p.decoder, *out) if p.decoder else built("decoder", p, out),
    )
