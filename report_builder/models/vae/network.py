"""Variational autoencoder with convolutions.

D. P. Kingma, M. Welling: Auto-Encoding Variational Bayes, 2013, arXiv:1312.6114.
The weight beta of the KL term: I. Higgins et al.: beta-VAE, ICLR 2017.
"""

import math

import keras
from keras import ops
from keras.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Reshape


def build_encoder(image_shape, latent_dim, filters):
    """Images (n, h, w, c) -> z_mean and z_log_var side by side, (n, 2 * latent_dim)."""
    x = inputs = keras.Input(image_shape)
    for number in filters:
        x = Conv2D(number, 3, strides=2, padding="same", activation="relu")(x)
    x = Flatten()(x)
    return keras.Model(inputs, Dense(2 * latent_dim)(x), name="encoder")


def build_decoder(image_shape, latent_dim, filters):
    """Codes (n, latent_dim) -> logits of the pixels (n, h, w, c)."""
    height, width, channels = image_shape
    shrink = 2 ** len(filters)
    small = (height // shrink, width // shrink, filters[-1])
    z = keras.Input((latent_dim,))
    x = Dense(math.prod(small), activation="relu")(z)
    x = Reshape(small)(x)
    for number in reversed(filters):
        x = Conv2DTranspose(number, 3, strides=2, padding="same", activation="relu")(x)
    logits = Conv2DTranspose(channels, 3, strides=1, padding="same")(x)
    return keras.Model(z, logits, name="decoder")


def reconstruction_loss(x, logits):
    """-log p(x | z) of Bernoulli pixels, summed over the pixels: (n,), nats."""
    pixels = ops.binary_crossentropy(x, logits, from_logits=True)
    return ops.sum(pixels, axis=(1, 2, 3))


def kl_closed_form(z_mean, z_log_var):
    """KL(N(z_mean, exp(z_log_var)) || N(0, I)), the paper's appendix B: (n,), nats."""
    return 0.5 * ops.sum(z_mean**2 + ops.exp(z_log_var) - z_log_var - 1, axis=-1)


def log_normal(z, mean, log_var):
    """Log density of N(mean, exp(log_var)) at z, summed over its axes: (n,), nats."""
    square = (z - mean) ** 2 * ops.exp(-log_var)
    return -0.5 * ops.sum(square + log_var + math.log(2 * math.pi), axis=-1)


def kl_monte_carlo(z, z_mean, z_log_var):
    """Its estimate from one draw, log q(z | x) - log p(z): (n,), nats."""
    zeros = ops.zeros_like(z)
    return log_normal(z, z_mean, z_log_var) - log_normal(z, zeros, zeros)


class VariationalAutoencoder(keras.Model):
    """q(z | x) = N(z_mean, exp(z_log_var)), p(z) = N(0, I), p(x | z) = Bernoulli."""

    def __init__(self, encoder, decoder, kl="closed_form", beta=1.0):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.kl, self.beta = kl, beta
        self.seed_generator = keras.random.SeedGenerator(0)
        self.reconstruction_tracker = keras.metrics.Mean(name="reconstruction_loss")
        self.kl_tracker = keras.metrics.Mean(name="kl_loss")

    def call(self, x):
        z_mean, z_log_var = self.posterior(x)
        z = self.draw(z_mean, z_log_var)
        return self.decoder(z), z, z_mean, z_log_var

    def draw(self, z_mean, z_log_var):
        """One draw from q(z | x) by the reparameterisation trick."""
        noise = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * noise

    def kl_loss(self, z, z_mean, z_log_var):
        if self.kl == "closed_form":
            return kl_closed_form(z_mean, z_log_var)
        return kl_monte_carlo(z, z_mean, z_log_var)

    def compute_loss(self, x, y, y_pred, sample_weight=None):
        """Negative evidence lower bound (beta = 1), mean over the batch."""
        logits, z, z_mean, z_log_var = y_pred
        reconstruction = reconstruction_loss(x, logits)
        kl = self.kl_loss(z, z_mean, z_log_var)
        self.reconstruction_tracker.update_state(reconstruction)
        self.kl_tracker.update_state(kl)
        return ops.mean(reconstruction + self.beta * kl)

    def posterior(self, x):
        """Mean and logarithm of the variance of q(z | x)."""
        z_mean, z_log_var = ops.split(self.encoder(x), 2, axis=-1)
        return z_mean, z_log_var

    def encode(self, x):
        return self.posterior(x)[0]

    def decode(self, z):
        """Probability that a pixel is 1."""
        return ops.sigmoid(self.decoder(z))

    def sample(self, n, seed):
        """Images of n codes drawn from the prior."""
        z = keras.random.normal((n, self.decoder.input_shape[-1]), seed=seed)
        return self.decode(z)

    def elbo_terms(self, x, samples):
        """The terms of the bound for each image, means over `samples` draws, nats."""
        z_mean, z_log_var = self.posterior(x)
        draws = [self.draw(z_mean, z_log_var) for _ in range(samples)]
        reconstructions = [reconstruction_loss(x, self.decoder(z)) for z in draws]
        estimates = [kl_monte_carlo(z, z_mean, z_log_var) for z in draws]
        return {
            "reconstruction": sum(reconstructions) / samples,
            "kl_closed_form": kl_closed_form(z_mean, z_log_var),
            "kl_monte_carlo": sum(estimates) / samples,
        }


def build(image_shape, latent_dim=2, filters=(32, 64), kl="closed_form", beta=1.0):
    """The model, ready for `compile(optimizer)`."""
    encoder = build_encoder(image_shape, latent_dim, filters)
    decoder = build_decoder(image_shape, latent_dim, filters)
    return VariationalAutoencoder(encoder, decoder, kl=kl, beta=beta)
