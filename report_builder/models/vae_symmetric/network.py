"""Variational autoencoder whose decoder draws pixels between -1 and 1 with tanh."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from keras import ops

from report_builder.models._networks.losses import NormalPixels
from report_builder.models.vae.network import build as build_vae

if TYPE_CHECKING:
    import keras

    from report_builder.kinds import Sizes
    from report_builder.models.vae_symmetric import Parameters


def squared_error(x, logits):
    """Squared difference to the drawn image, summed over the pixels: (n,)."""
    return ops.sum((x - ops.tanh(logits)) ** 2, axis=(1, 2, 3))


def mean_squared_error(x, logits):
    """Squared difference to the drawn image, mean over the pixels: (n,)."""
    return ops.mean((x - ops.tanh(logits)) ** 2, axis=(1, 2, 3))


class SymmetricPixels(NormalPixels):
    """-log p(x | z) of pixels N(drawn pixel, variance), brought to [0, 1].

    There squares are a quarter of those of pixels between -1 and 1, and so are
    variances: the bounds of models of both ranges stand on one scale.
    """

    def __call__(self, x, logits):
        """Summed over the pixels: (n,), nats."""
        square = (x - ops.tanh(logits)) ** 2 / self.variance
        constant = math.log(2 * math.pi * self.variance / 4)
        return 0.5 * ops.sum(square + constant, axis=(1, 2, 3))

    def mean(self, logits):
        """The drawn image: pixels between -1 and 1."""
        return ops.tanh(logits)


TERMS = {"sum_over_pixels": squared_error, "mean_over_pixels": mean_squared_error}


def build(parameters: Parameters, sizes: Sizes) -> keras.Model:
    """The variational autoencoder, with another range of the pixels."""
    model = build_vae(parameters, sizes)
    model.pixels = SymmetricPixels(model.pixels.variance)
    model.image_terms["reconstruction_loss"] = TERMS[parameters.reduction]
    return model
