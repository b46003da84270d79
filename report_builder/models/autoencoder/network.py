"""Autoencoder with a deterministic code.

G. E. Hinton, R. R. Salakhutdinov: Reducing the Dimensionality of Data with Neural
Networks, Science 313, 2006, doi:10.1126/science.1127647.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keras import ops

from report_builder.models._networks.building import build_networks
from report_builder.models._networks.losses import (
    WeightedLoss,
    binary_crossentropy,
    mean_squared_error,
    ssim_loss,
)

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.autoencoder import Parameters

LOSSES = {"bce": binary_crossentropy, "mse": mean_squared_error}


class Autoencoder(WeightedLoss):
    """Learns to reconstruct its input from a short code."""

    def __init__(self, encoder, decoder, *terms_and_weights):
        super().__init__(*terms_and_weights)
        self.encoder, self.decoder = encoder, decoder

    def call(self, x, training=None):
        return self.decoder(self.encoder(x, training=training), training=training)

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        """Weighted sum of the terms, mean over the batch."""
        terms = {name: term(x, y_pred) for name, term in self.image_terms.items()}
        return ops.mean(self.weighted_sum(terms, training))

    def encode(self, x):
        return self.encoder(x, training=False)

    def decode(self, z):
        """Pixel intensities, between 0 and 1."""
        return ops.sigmoid(self.decoder(z, training=False))


def build(parameters: Parameters, sizes: Sizes) -> Autoencoder:
    """Build the model, ready for `compile(optimizer)`."""
    p, image_shape = parameters, sizes.image_shape
    networks = build_networks(p, image_shape, p.latent_dim)
    terms = {"reconstruction_loss": LOSSES[p.loss]}
    weights = {"reconstruction_loss": 1.0}
    if p.ssim_weight:
        terms["ssim_loss"], weights["ssim_loss"] = ssim_loss, p.ssim_weight
    return Autoencoder(*networks, terms, {}, weights)
