"""Conditional variational autoencoder with convolutions.

K. Sohn, H. Lee, X. Yan: Learning Structured Output Representation using Deep
Conditional Generative Models, NeurIPS 2015: a bound of log p(x | condition), here with
the prior N(0, I). The weight beta of KL: I. Higgins et al.: beta-VAE, ICLR 2017.
"""

import math

import keras
from keras import ops
from keras.layers import Concatenate, Conv2D, Conv2DTranspose, Dense, Flatten, Reshape

from report_builder.models.stack import stack


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
    """The same from layers of one's own, with a dense layer for both moments behind."""
    image, condition = keras.Input(image_shape), keras.Input((condition_dim,))
    x = stack(layers, image, "encoder")
    x = Concatenate()([Flatten()(x), condition])
    moments = Dense(2 * latent_dim)(x)
    return keras.Model([image, condition], moments, name="encoder")


def stack_decoder(layers, image_shape, condition_dim, latent_dim):
    """The same from layers of one's own, whose last one gives the logits."""
    z, condition = keras.Input((latent_dim,)), keras.Input((condition_dim,))
    x = Concatenate()([z, condition])
    logits = stack(layers, x, "decoder", ends=image_shape)
    return keras.Model([z, condition], logits, name="decoder")


def reconstruction_loss(x, logits):
    """-log p(x | z, condition) of Bernoulli pixels, summed over them: (n,), nats."""
    pixels = ops.binary_crossentropy(x, logits, from_logits=True)
    return ops.sum(pixels, axis=(1, 2, 3))


def kl_closed_form(z_mean, z_log_var):
    """KL(N(z_mean, exp(z_log_var)) || N(0, I)): (n,), nats."""
    return 0.5 * ops.sum(z_mean**2 + ops.exp(z_log_var) - z_log_var - 1, axis=-1)


def log_normal(z, mean, log_var):
    """Log density of N(mean, exp(log_var)) at z, summed over its axes: (n,), nats."""
    square = (z - mean) ** 2 * ops.exp(-log_var)
    return -0.5 * ops.sum(square + log_var + math.log(2 * math.pi), axis=-1)


def kl_monte_carlo(z, z_mean, z_log_var):
    """Its estimate from one draw, log q(z | x, condition) - log p(z): (n,), nats."""
    zeros = ops.zeros_like(z)
    return log_normal(z, z_mean, z_log_var) - log_normal(z, zeros, zeros)


class ConditionalVariationalAutoencoder(keras.Model):
    """A variational autoencoder whose encoder and decoder are told the condition."""

    takes = ("x", "condition")

    def __init__(self, encoder, decoder, kl="closed_form", beta=1.0):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.kl, self.beta = kl, beta
        self.seed_generator = keras.random.SeedGenerator(0)
        self.reconstruction_tracker = keras.metrics.Mean(name="reconstruction_loss")
        self.kl_tracker = keras.metrics.Mean(name="kl_loss")

    def train_step(self, data):
        return super().train_step((data,))  # images and conditions are both inputs

    def test_step(self, data):
        return super().test_step((data,))

    def call(self, inputs):
        x, condition = inputs
        z_mean, z_log_var = self.posterior(x, condition)
        z = self.draw(z_mean, z_log_var)
        return self.decoder([z, condition]), z, z_mean, z_log_var

    def draw(self, z_mean, z_log_var):
        """One draw from q(z | x, condition) by the reparameterisation trick."""
        noise = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * noise

    def kl_loss(self, z, z_mean, z_log_var):
        if self.kl == "closed_form":
            return kl_closed_form(z_mean, z_log_var)
        return kl_monte_carlo(z, z_mean, z_log_var)

    def compute_loss(self, x, y, y_pred, sample_weight=None):
        """Negative evidence lower bound (beta = 1), mean over the batch."""
        images, _ = x
        logits, z, z_mean, z_log_var = y_pred
        reconstruction = reconstruction_loss(images, logits)
        kl = self.kl_loss(z, z_mean, z_log_var)
        self.reconstruction_tracker.update_state(reconstruction)
        self.kl_tracker.update_state(kl)
        return ops.mean(reconstruction + self.beta * kl)

    def posterior(self, x, condition):
        """Mean and logarithm of the variance of q(z | x, condition)."""
        z_mean, z_log_var = ops.split(self.encoder([x, condition]), 2, axis=-1)
        return z_mean, z_log_var

    def encode(self, x, condition):
        return self.posterior(x, condition)[0]

    def decode(self, z, condition):
        """Probability that a pixel is 1."""
        return ops.sigmoid(self.decoder([z, condition]))

    def sample(self, n, seed, condition):
        """Images of n codes drawn from the prior, one for each condition."""
        latent_dim = self.decoder.input_shape[0][-1]
        z = keras.random.normal((n, latent_dim), seed=seed)
        return self.decode(z, ops.convert_to_tensor(condition))

    def elbo_terms(self, x, condition, samples):
        """The terms of the bound for each image, means over `samples` draws, nats."""
        condition = ops.convert_to_tensor(condition)
        z_mean, z_log_var = self.posterior(ops.convert_to_tensor(x), condition)
        draws = [self.draw(z_mean, z_log_var) for _ in range(samples)]
        logits = [self.decoder([z, condition]) for z in draws]
        estimates = [kl_monte_carlo(z, z_mean, z_log_var) for z in draws]
        return {
            "reconstruction": sum(reconstruction_loss(x, a) for a in logits) / samples,
            "kl_closed_form": kl_closed_form(z_mean, z_log_var),
            "kl_monte_carlo": sum(estimates) / samples,
        }


def build(
    image_shape,
    condition_dim,
    latent_dim=2,
    filters=(32, 64),
    strides=(2, 3),
    kl="closed_form",
    beta=1.0,
    encoder=None,
    decoder=None,
):
    """The model, ready for `compile(optimizer)`; lists of layers are made here."""
    if encoder:
        encoder = stack_encoder(encoder, image_shape, condition_dim, latent_dim)
    else:
        encoder = build_encoder(image_shape, condition_dim, latent_dim, filters)
    if decoder:
        decoder = stack_decoder(decoder, image_shape, condition_dim, latent_dim)
    else:
        decoder = build_decoder(
            image_shape,
            condition_dim,
            latent_dim,
            filters,
            strides,
        )
    return ConditionalVariationalAutoencoder(encoder, decoder, kl=kl, beta=beta)
