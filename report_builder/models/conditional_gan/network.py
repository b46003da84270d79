"""Conditional generative adversarial network with convolutions.

M. Mirza, S. Osindero: Conditional Generative Adversarial Nets, 2014, arXiv:1411.1784;
the losses are those of I. Goodfellow et al.: Generative Adversarial Nets, NeurIPS 2014
(the generator's is the one that does not saturate). One-sided label smoothing:
T. Salimans et al.: Improved Techniques for Training GANs, NeurIPS 2016.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import keras
import tensorflow as tf
from keras import ops
from keras.layers import (
    BatchNormalization,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    Reshape,
)

from report_builder.models.stack import stack

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.conditional_gan import Parameters


def build_generator(image_shape, condition_dim, latent_dim, filters, slope):
    """Noise z (n, latent_dim), conditions -> images (n, h, w, c) in [-1, 1]."""
    height, width, channels = image_shape
    grow = 2 ** (len(filters) - 1)
    small = (height // grow, width // grow, filters[0])
    z = keras.Input((latent_dim,))
    condition = keras.Input((condition_dim,))
    x = Concatenate()([z, condition])
    x = Dense(math.prod(small), use_bias=False)(x)
    x = BatchNormalization()(x)
    x = LeakyReLU(slope)(x)
    x = Reshape(small)(x)
    for place, number in enumerate(filters[1:]):
        strides = 1 if place == 0 else 2
        x = Conv2DTranspose(number, 5, strides, "same", use_bias=False)(x)
        x = BatchNormalization()(x)
        x = LeakyReLU(slope)(x)
    x = Conv2DTranspose(channels, 5, 2, "same", use_bias=False, activation="tanh")(x)
    return keras.Model([z, condition], x, name="generator")


def build_discriminator(image_shape, condition_dim, filters, hidden, slope, dropout):
    """Images, conditions -> logits (n, 1) of being real."""
    x = image = keras.Input(image_shape)
    condition = keras.Input((condition_dim,))
    for number in filters:
        x = Conv2D(number, 5, strides=2, padding="same")(x)
        x = LeakyReLU(slope)(x)
        x = Dropout(dropout)(x)
    x = Concatenate()([Flatten()(x), condition])
    for units in hidden:
        x = Dense(units)(x)
        x = LeakyReLU(slope)(x)
        x = Dropout(dropout)(x)
    return keras.Model([image, condition], Dense(1)(x), name="discriminator")


def stack_generator(layers, image_shape, condition_dim, latent_dim):
    """The same from layers of one's own, whose last one gives the image."""
    z, condition = keras.Input((latent_dim,)), keras.Input((condition_dim,))
    x = Concatenate()([z, condition])
    x = stack(layers, x, "generator", ends=image_shape)
    return keras.Model([z, condition], x, name="generator")


def stack_discriminator(layers, image_shape, condition_dim, hidden, slope, dropout):
    """The same with layers of one's own for the image, dense ones behind."""
    image, condition = keras.Input(image_shape), keras.Input((condition_dim,))
    x = stack(layers, image, "discriminator")
    x = Concatenate()([Flatten()(x), condition])
    for units in hidden:
        x = Dense(units)(x)
        x = LeakyReLU(slope)(x)
        x = Dropout(dropout)(x)
    return keras.Model([image, condition], Dense(1)(x), name="discriminator")


def cross_entropy(target, logits):
    """Binary cross-entropy with one target for all, mean over the batch: nats."""
    targets = ops.full_like(logits, target)
    return ops.mean(ops.binary_crossentropy(targets, logits, from_logits=True))


class ConditionalGAN(keras.Model):
    """A generator, and a discriminator that it learns to deceive."""

    def __init__(self, generator, discriminator, parameters):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.adversarial_loss = parameters.loss
        self.label_smoothing = parameters.label_smoothing
        self.discriminator_learning_rate = parameters.discriminator_learning_rate
        self.seed_generator = keras.random.SeedGenerator(0)

    def compile(self, optimizer):
        """Gives each network an optimiser of its own, with the same settings."""
        super().compile(optimizer=optimizer)
        settings = optimizer.get_config()
        if self.discriminator_learning_rate is not None:
            settings["learning_rate"] = self.discriminator_learning_rate
        self.optimizers = [optimizer, optimizer.from_config(settings)]
        self.optimizers[0].build(self.generator.trainable_variables)
        self.optimizers[1].build(self.discriminator.trainable_variables)

    def call(self, inputs):
        return self.discriminator(inputs)

    def discriminator_loss(self, real, fake):
        """What it costs to take real images for fakes, and fakes for real images."""
        total = cross_entropy(1 - self.label_smoothing, real) + cross_entropy(0, fake)
        return total / 2 if self.adversarial_loss == "half_sum" else total

    def generator_loss(self, fake):
        """What it costs that fakes are not taken for real images."""
        return cross_entropy(1, fake)

    def terms(self, data, training):
        """Both losses; each fake has the condition of a real image."""
        x, condition = data
        z = self.draw(ops.shape(x)[0], self.seed_generator)
        fakes = self.generator([z, condition], training=training)
        real = self.discriminator([x, condition], training=training)
        fake = self.discriminator([fakes, condition], training=training)
        return {
            "generator_loss": self.generator_loss(fake),
            "discriminator_loss": self.discriminator_loss(real, fake),
            "discriminator_real": ops.mean(ops.sigmoid(real)),
            "discriminator_fake": ops.mean(ops.sigmoid(fake)),
        }

    def train_step(self, data):
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            terms = self.terms(data, training=True)
        g_weights = self.generator.trainable_weights
        d_weights = self.discriminator.trainable_weights
        g_gradients = g_tape.gradient(terms["generator_loss"], g_weights)
        d_gradients = d_tape.gradient(terms["discriminator_loss"], d_weights)
        g_optimizer, d_optimizer = self.optimizers
        g_optimizer.apply(g_gradients, g_weights)
        d_optimizer.apply(d_gradients, d_weights)
        return terms

    def test_step(self, data):
        return self.terms(data, training=False)

    def draw(self, n, seed):
        """Noise z from N(0, I), (n, latent_dim)."""
        latent_dim = self.generator.input_shape[0][-1]
        return keras.random.normal((n, latent_dim), seed=seed)

    def sample(self, n, seed, condition):
        """Images in [-1, 1], one for each of the n conditions."""
        inputs = [self.draw(n, seed), ops.convert_to_tensor(condition)]
        return self.generator(inputs, training=False)

    def discriminate(self, x, condition):
        """Logits of being real, (n,)."""
        return self.discriminator([x, condition], training=False)[:, 0]


def build(parameters: Parameters, sizes: Sizes) -> ConditionalGAN:
    """The model, ready for `compile(optimizer)`; lists of layers are made here."""
    p, told = parameters, (sizes.image_shape, sizes.condition_dim)
    dense = (p.hidden, p.slope, p.dropout)
    if p.generator:
        generator = stack_generator(p.generator, *told, p.latent_dim)
    else:
        widths = (p.latent_dim, p.generator_filters, p.slope)
        generator = build_generator(*told, *widths)
    if p.discriminator:
        discriminator = stack_discriminator(p.discriminator, *told, *dense)
    else:
        discriminator = build_discriminator(*told, p.discriminator_filters, *dense)
    return ConditionalGAN(generator, discriminator, p)
