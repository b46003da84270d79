"""Variational autoencoder whose decoder outputs pixels between -1 and 1 by tanh."""

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
    """Squared difference from the decoded image, summed over the pixels: (n,)."""
    return ops.sum((x - ops.tanh(logits)) ** 2, axis=(1, 2, 3))


def mean_squared_error(x, logits):
    """Squared difference from the decoded image, mean over the pixels: (n,)."""
    return ops.mean((x - ops.tanh(logits)) ** 2, axis=(1, 2, 3))


class SymmetricPixels(NormalPixels):
    """-log p(x | z) of pixels N(decoded pixel, variance), rescaled to [0, 1].

    Squares and variances there are a quarter of those between -1 and 1: the bounds
    of models with either range are on the same scale.
    """

    def __call__(self, x, logits):
        """Sum over the pixels: (n,), nats."""
        square = (x - ops.tanh(logits)) ** 2 / self.variance
        constant = math.log(2 * math.pi * self.variance / 4)
        return 0.5 * ops.sum(square + constant, axis=(1, 2, 3))

    def mean(self, logits):
        """Decoded image: pixels between -1 and 1."""
        return ops.tanh(logits)


TERMS = {"sum_over_pixels": squared_error, "mean_over_pixels": mean_squared_error}


def build(parameters: Parameters, sizes: Sizes) -> keras.Model:
    """Build the variational autoencoder with another range of the pixels."""
    model = build_vae(parameters, sizes)
    model.pixels = SymmetricPixels(model.pixels.variance)
    model.image_terms["reconstruction_loss"] = TERMS[parameters.reduction]
    return model
