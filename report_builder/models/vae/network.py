"""Variational autoencoder.

D. P. Kingma, M. Welling: Auto-Encoding Variational Bayes, 2013, arXiv:1312.6114.
The weight beta of the KL term: I. Higgins et al.: beta-VAE, ICLR 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from report_builder.models._networks.building import build_networks
from report_builder.models._networks.losses import (
    WarmUp,
    WeightedLoss,
    kl_closed_form,
    kl_monte_carlo,
    weighted_terms,
)

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.vae import Parameters


class VariationalAutoencoder(WeightedLoss):
    """q(z | x) = N(z_mean, exp(z_log_var)), p(z) = N(0, I), p(x | z) by the decoder."""

    def __init__(self, encoder, decoder, pixels, *terms_and_weights):
        super().__init__(*terms_and_weights)
        self.encoder, self.decoder, self.pixels = encoder, decoder, pixels
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, x, training=None):
        z_mean, z_log_var = self.posterior(x, training)
        z = self.draw(z_mean, z_log_var)
        return self.decoder(z, training=training), z, z_mean, z_log_var

    def draw(self, z_mean, z_log_var):
        """Draw from q(z | x) by the reparameterisation trick."""
        noise = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * noise

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        """Weighted sum of the terms of image and code, mean over the batch."""
        logits, z, z_mean, z_log_var = y_pred
        terms = {name: term(x, logits) for name, term in self.image_terms.items()}
        for name, term in self.code_terms.items():
            terms[name] = term(z_mean, z_log_var, z)
        return ops.mean(self.weighted_sum(terms, training))

    def posterior(self, x, training=False):
        """Mean and log-variance of q(z | x)."""
        z_mean, z_log_var = ops.split(self.encoder(x, training=training), 2, axis=-1)
        return z_mean, z_log_var

    def encode(self, x):
        return self.posterior(x)[0]

    def decode(self, z):
        """Decoded image: pixels between 0 and 1."""
        return self.pixels.mean(self.decoder(z, training=False))

    def sample(self, n, seed):
        """Decode n codes drawn from the prior."""
        z = keras.random.normal((n, self.decoder.input_shape[-1]), seed=seed)
        return self.decode(z)

    def elbo_terms(self, x, samples):
        """Terms of the ELBO for each image, means over `samples` draws, nats.

        p(x | z) is that of `pixels`: Bernoulli, or for a squared error normal with the
        variance that its weight implies. beta and further terms do not enter.
        """
        z_mean, z_log_var = self.posterior(x)
        draws = [self.draw(z_mean, z_log_var) for _ in range(samples)]
        logits = [self.decoder(z, training=False) for z in draws]
        estimates = [kl_monte_carlo(z_mean, z_log_var, z) for z in draws]
        return {
            "reconstruction": sum(self.pixels(x, drawn) for drawn in logits) / samples,
            "kl_closed_form": kl_closed_form(z_mean, z_log_var),
            "kl_monte_carlo": sum(estimates) / samples,
        }


class WarmingVAE(WarmUp, VariationalAutoencoder):
    """The same with a warm-up of the KL term."""


def build(parameters: Parameters, sizes: Sizes) -> keras.Model:
    """Build the model, ready for `compile(optimizer)`."""
    p, image_shape = parameters, sizes.image_shape
    networks = build_networks(p, image_shape, 2 * p.latent_dim)
    parts = (*networks, *weighted_terms(p, image_shape))
    if p.beta_warm_up:
        return WarmingVAE(*parts).warm_up(p.beta_warm_up * sizes.steps_per_epoch)
    return VariationalAutoencoder(*parts)
