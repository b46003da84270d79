"""A conditional VAE as a user could write it; one of its weights has no name."""

from typing import Annotated

import keras
from keras import layers, ops

from report_builder import kinds


class Parameters(kinds.Parameters):
    latent_dim: Annotated[int, kinds.Role.LATENT] = 2


class Shift(layers.Layer):
    def build(self, shape):
        self.by = self.add_weight(shape=(shape[-1],), initializer="uniform")

    def call(self, x):
        return x + self.by


class Told(keras.Model):
    def __init__(self, image_shape, condition_dim, latent_dim):
        super().__init__()
        self.noise, self.latent_dim = keras.random.SeedGenerator(0), latent_dim
        x, c, z = keras.Input(image_shape), keras.Input((condition_dim,)), keras.Input((latent_dim,))
        both = layers.Concatenate()([layers.Flatten()(x), c])
        self.encoder = keras.Model([x, c], [layers.Dense(latent_dim)(both), layers.Dense(latent_dim)(both)], name="encoder")
        pixels = layers.Dense(image_shape[0] * image_shape[1], "sigmoid")(Shift()(layers.Concatenate()([z, c])))
        self.decoder = keras.Model([z, c], layers.Reshape(image_shape)(pixels), name="decoder")
        self.ink = layers.Dense(1)

    def train_step(self, data):
        return super().train_step((data,))

    def test_step(self, data):
        return super().test_step((data,))

    def call(self, inputs, training=None):
        mean, log_var = self.encoder(inputs)
        return self.decode(self.draw(mean, log_var), inputs[1]), mean, log_var

    def draw(self, mean, log_var):
        return mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean), seed=self.noise)

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        drawn, mean, log_var = y_pred
        return ops.mean((x[0] - drawn) ** 2) + ops.mean(mean**2 + ops.exp(log_var) - log_var)

    def posterior(self, x, condition):
        return self.encoder([x, condition])

    def encode(self, x, condition):
        return self.posterior(x, condition)[0]

    def decode(self, z, condition):
        return self.ink(self.decoder([z, condition]))

    def sample(self, n, seed, condition):
        return self.decode(keras.random.normal((n, self.latent_dim), seed=seed), condition)

    def elbo_terms(self, x, condition, samples):
        mean, log_var = self.posterior(x, condition)
        drawn = self.decode(self.draw(mean, log_var), condition)
        kl = ops.sum(mean**2 + ops.exp(log_var) - log_var - 1, axis=-1) / 2
        return {"reconstruction": ops.sum((x - drawn) ** 2, axis=(1, 2, 3)), "kl_closed_form": kl, "kl_monte_carlo": kl}


def build(parameters, sizes):
    return Told(sizes.image_shape, sizes.condition_dim, parameters.latent_dim)


KIND = kinds.Model(
    parameters=Parameters,
    build=build,
    provides={"encode", "posterior", "likelihood", "decode", "sample"},
    takes=("x", "condition"),
)
