"""Encoder and decoder of an architecture, chosen by name."""

from importlib import import_module
from inspect import signature

import keras
from keras.layers import Dense, Flatten

from report_builder.models.stack import stack


def stack_encoder(layers, image_shape, outputs):
    """Images -> (n, outputs), by a user's own layers and a final dense layer."""
    image = keras.Input(image_shape)
    x = Flatten()(stack(layers, image, "encoder"))
    return keras.Model(image, Dense(outputs)(x), name="encoder")


def stack_decoder(layers, image_shape, latent_dim):
    """Codes (n, latent_dim) -> logits (n, h, w, c), by a user's own layers."""
    z = keras.Input((latent_dim,))
    logits = stack(layers, z, "decoder", ends=image_shape)
    return keras.Model(z, logits, name="decoder")


def built(part, parameters, sizes):
    """Call `build_<part>` of an architecture with the widths that it takes.

    An architecture is a module of this package; only the chosen one is imported.
    """
    module = import_module(f"{__package__}.{parameters.architecture}")
    build = vars(module)[f"build_{part}"]
    named = signature(build).parameters
    widths = {"filters": parameters.filters, "hidden": parameters.hidden}
    return build(*sizes, **{name: widths[name] for name in widths if name in named})


def build_networks(p, image_shape, outputs):
    """Build encoder and decoder of an architecture, or from lists of layers.

    The encoder has `outputs` outputs. An architecture takes the widths that it names:
    `filters`, `hidden` or both.
    """
    into, out = (image_shape, outputs), (image_shape, p.latent_dim)
    return (
        stack_encoder(p.encoder, *into) if p.encoder else built("encoder", p, into),
        stack_decoder(p.decoder, *out) if p.decoder else built("decoder", p, out),
    )
