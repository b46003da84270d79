"""Convolutional conditional variational autoencoder.

K. Sohn, H. Lee, X. Yan: Learning Structured Output Representation using Deep
Conditional Generative Models, NeurIPS 2015: a bound on log p(x | condition), here with
the prior N(0, I). The weight beta of KL: I. Higgins et al.: beta-VAE, ICLR 2017.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import keras
from keras import ops
from keras.layers import Concatenate, Conv2D, Conv2DTranspose, Dense, Flatten, Reshape

from report_builder.models._networks.losses import (
    WarmUp,
    WeightedLoss,
    kl_closed_form,
    kl_monte_carlo,
    weighted_terms,
)
from report_builder.models.stack import stack

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.conditional_vae import Parameters


def build_encoder(image_shape, condition_dim, latent_dim, filters):
    """Images, conditions -> z_mean and z_log_var side by side, (n, 2 * latent_dim)."""
    x = image = keras.Input(image_shape)
    condition = keras.Input((condition_dim,))
    for number in filters:
        x = Conv2D(number, 3, strides=2, padding="same", activation="relu")(x)
    x = Concatenate()([Flatten()(x), condition])
    moments = Dense(2 * latent_dim)(x)
    return keras.Model([image, condition], moments, name="encoder")


def build_decoder(image_shape, condition_dim, latent_dim, filters, strides):
    """Codes (n, latent_dim), conditions -> logits of the pixels (n, h, w, c)."""
    height, width, channels = image_shape
    grow = math.prod(strides)
    small = (height // grow, width // grow, filters[0])
    z = keras.Input((latent_dim,))
    condition = keras.Input((condition_dim,))
    x = Concatenate()([z, condition])
    x = Dense(math.prod(small), activation="relu")(x)
    x = Reshape(small)(x)
    for number, stride in zip(reversed(filters), strides, strict=True):
        x = Conv2DTranspose(number, 3, stride, padding="same", activation="relu")(x)
    logits = Conv2DTranspose(channels, 3, strides=1, padding="same")(x)
    return keras.Model([z, condition], logits, name="decoder")


def stack_encoder(layers, image_shape, condition_dim, latent_dim):
    """The same from a user's own layers, with a final dense layer for both moments."""
    image, condition = keras.Input(image_shape), keras.Input((condition_dim,))
    x = stack(layers, image, "encoder")
    x = Concatenate()([Flatten()(x), condition])
    moments = Dense(2 * latent_dim)(x)
    return keras.Model([image, condition], moments, name="encoder")


def stack_decoder(layers, image_shape, condition_dim, latent_dim):
    """The same from a user's own layers, the last of which returns the logits."""
    z, condition = keras.Input((latent_dim,)), keras.Input((condition_dim,))
    x = Concatenate()([z, condition])
    logits = stack(layers, x, "decoder", ends=image_shape)
    return keras.Model([z, condition], logits, name="decoder")


class ConditionalVariationalAutoencoder(WeightedLoss):
    """A variational autoencoder with a condition as input of encoder and decoder."""

    def __init__(self, encoder, decoder, pixels, *terms_and_weights):
        super().__init__(*terms_and_weights)
        self.encoder, self.decoder, self.pixels = encoder, decoder, pixels
        self.seed_generator = keras.random.SeedGenerator(0)

    def train_step(self, data):
        return super().train_step((data,))  # images and conditions are both inputs

    def test_step(self, data):
        return super().test_step((data,))

    def call(self, inputs, training=None):
        x, condition = inputs
        z_mean, z_log_var = self.posterior(x, condition, training)
        z = self.draw(z_mean, z_log_var)
        return self.decoder([z, condition], training=training), z, z_mean, z_log_var

    def draw(self, z_mean, z_log_var):
        """Draw from q(z | x, condition) by the reparameterisation trick."""
        noise = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * noise

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        """Weighted sum of the terms of image and code, mean over the batch."""
        images, _ = x
        logits, z, z_mean, z_log_var = y_pred
        terms = {name: term(images, logits) for name, term in self.image_terms.items()}
        for name, term in self.code_terms.items():
            terms[name] = term(z_mean, z_log_var, z)
        return ops.mean(self.weighted_sum(terms, training))

    def posterior(self, x, condition, training=False):
        """Mean and log-variance of q(z | x, condition)."""
        moments = self.encoder([x, condition], training=training)
        z_mean, z_log_var = ops.split(moments, 2, axis=-1)
        return z_mean, z_log_var

    def encode(self, x, condition):
        return self.posterior(x, condition)[0]

    def decode(self, z, condition):
        """Decoded image: pixels between 0 and 1."""
        return self.pixels.mean(self.decoder([z, condition], training=False))

    def sample(self, n, seed, condition):
        """Decode n codes drawn from the prior, one for each condition."""
        latent_dim = self.decoder.input_shape[0][-1]
        z = keras.random.normal((n, latent_dim), seed=seed)
        return self.decode(z, ops.convert_to_tensor(condition))

    def elbo_terms(self, x, condition, samples):
        """Terms of the ELBO for each image, means over `samples` draws, nats.

        The distribution of x is that of `pixels`: Bernoulli, or for a squared error
        normal with the variance that its weight implies. beta does not enter.
        """
        x, condition = ops.convert_to_tensor(x), ops.convert_to_tensor(condition)
        z_mean, z_log_var = self.posterior(x, condition)
        draws = [self.draw(z_mean, z_log_var) for _ in range(samples)]
        logits = [self.decoder([z, condition], training=False) for z in draws]
        estimates = [kl_monte_carlo(z_mean, z_log_var, z) for z in draws]
        return {
            "reconstruction": sum(self.pixels(x, drawn) for drawn in logits) / samples,
            "kl_closed_form": kl_closed_form(z_mean, z_log_var),
            "kl_monte_carlo": sum(estimates) / samples,
        }


class WarmingConditionalVAE(WarmUp, ConditionalVariationalAutoencoder):
    """The same with a warm-up of the KL term."""


def build(parameters: Parameters, sizes: Sizes) -> keras.Model:
    """Build the model, ready for `compile(optimizer)`."""
    p, shape = parameters, sizes.image_shape
    told = (shape, sizes.condition_dim, p.latent_dim)
    filters, widths = p.filters, (p.filters, p.strides)
    networks = (
        stack_encoder(p.encoder, *told) if p.encoder else build_encoder(*told, filters),
        stack_decoder(p.decoder, *told) if p.decoder else build_decoder(*told, *widths),
    )
    parts = (*networks, *weighted_terms(p, shape))
    if p.beta_warm_up:
        steps = p.beta_warm_up * sizes.steps_per_epoch
        return WarmingConditionalVAE(*parts).warm_up(steps)
    return ConditionalVariationalAutoencoder(*parts)
