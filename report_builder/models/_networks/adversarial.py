"""A generator, and a discriminator that learns to tell its images from real ones.

I. Goodfellow et al.: Generative Adversarial Nets, NeurIPS 2014 (with the non-saturating
loss of the generator). One-sided label smoothing: T. Salimans et al.: Improved
Techniques for Training GANs, NeurIPS 2016. Conditions: M. Mirza, S. Osindero:
Conditional Generative Adversarial Nets, 2014, arXiv:1411.1784.
"""

import math

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


def joined(x, *condition):
    """Inputs of a network: x alone, or x with the condition."""
    return [x, *condition] if condition else x


# --- layers ---------------------------------------------------------------------------


def image_layers(x, p, image_shape):
    """Vectors (n, d) -> images (n, h, w, c) in [-1, 1]."""
    if p.generator:  # user-defined layers
        return stack(p.generator, x, "generator", ends=image_shape)
    height, width, channels = image_shape
    first, *filters = p.generator_filters
    grow = 2 ** len(filters)
    small = (height // grow, width // grow, first)
    x = Dense(math.prod(small), use_bias=False)(x)
    x = BatchNormalization()(x)
    x = LeakyReLU(p.slope)(x)
    x = Reshape(small)(x)
    for place, number in enumerate(filters):
        strides = 1 if place == 0 else 2
        x = Conv2DTranspose(number, 5, strides, "same", use_bias=False)(x)
        x = BatchNormalization()(x)
        x = LeakyReLU(p.slope)(x)
    return Conv2DTranspose(channels, 5, 2, "same", use_bias=False, activation="tanh")(x)


def feature_layers(x, p):
    """Images (n, h, w, c) -> features (n, d)."""
    if p.discriminator:  # user-defined layers
        return Flatten()(stack(p.discriminator, x, "discriminator"))
    for number in p.discriminator_filters:
        x = Conv2D(number, 5, strides=2, padding="same")(x)
        x = LeakyReLU(p.slope)(x)
        x = Dropout(p.dropout)(x)
    return Flatten()(x)


def logit_layers(x, p):
    """Features (n, d) -> logits (n, 1) that the image is real."""
    for units in p.hidden:
        x = Dense(units)(x)
        x = LeakyReLU(p.slope)(x)
        x = Dropout(p.dropout)(x)
    return Dense(1)(x)


def build_generator(p, image_shape):
    """Noise z (n, latent_dim) -> images (n, h, w, c) in [-1, 1]."""
    z = keras.Input((p.latent_dim,))
    return keras.Model(z, image_layers(z, p, image_shape), name="generator")


def build_conditional_generator(p, image_shape, condition_dim):
    """Noise z (n, latent_dim), conditions -> images (n, h, w, c) in [-1, 1]."""
    z, condition = keras.Input((p.latent_dim,)), keras.Input((condition_dim,))
    image = image_layers(Concatenate()([z, condition]), p, image_shape)
    return keras.Model([z, condition], image, name="generator")


# --- losses and steps -----------------------------------------------------------------


def cross_entropy(target, logits):
    """Binary cross-entropy with the same target for all, mean over the batch: nats."""
    targets = ops.full_like(logits, target)
    return ops.mean(ops.binary_crossentropy(targets, logits, from_logits=True))


class Adversarial(keras.Model):
    """A generator, to be trained against a network that judges its images.

    A batch is images x, or images and conditions.
    """

    def __init__(self, generator):
        super().__init__()
        self.generator = generator
        self.seed_generator = keras.random.SeedGenerator(0)

    def test_step(self, batch):
        """Compute the terms without training."""
        return self.terms(batch, training=False)

    def draw(self, n, seed):
        """Draw noise z from N(0, I): (n, latent_dim)."""
        latent_dim = self.generator.inputs[0].shape[-1]
        return keras.random.normal((n, latent_dim), seed=seed)

    def sample(self, n, seed, *condition):
        """Generate n images in [-1, 1], one for each condition if there are any."""
        inputs = joined(self.draw(n, seed), *map(ops.convert_to_tensor, condition))
        return self.generator(inputs, training=False)


class GAN(Adversarial):
    """A generator, and a discriminator that it learns to deceive."""

    def __init__(self, generator, discriminator, parameters):
        super().__init__(generator)
        self.discriminator = discriminator
        self.adversarial_loss = parameters.loss
        self.label_smoothing = parameters.label_smoothing
        self.discriminator_learning_rate = parameters.discriminator_learning_rate

    def compile(self, optimizer):
        """Create an optimiser for each network, with the same settings."""
        super().compile(optimizer=optimizer)
        settings = optimizer.get_config()
        if self.discriminator_learning_rate is not None:
            settings["learning_rate"] = self.discriminator_learning_rate
        self.optimizers = [optimizer, optimizer.from_config(settings)]
        self.optimizers[0].build(self.generator.trainable_variables)
        self.optimizers[1].build(self.discriminator.trainable_variables)

    def call(self, inputs):
        """Logits of the discriminator, (n, 1)."""
        return self.discriminator(inputs)

    def discriminator_loss(self, real, fake):
        """Cross-entropy of judging real images as real, and fakes as fake."""
        total = cross_entropy(1 - self.label_smoothing, real) + cross_entropy(0, fake)
        return total / 2 if self.adversarial_loss == "half_sum" else total

    def generator_loss(self, fake):
        """Cross-entropy of fakes being judged as real."""
        return cross_entropy(1, fake)

    def terms(self, batch, training):
        """Both losses, with one fake per real image, under the same condition."""
        x, *condition = keras.tree.flatten(batch)
        z = self.draw(ops.shape(x)[0], self.seed_generator)
        fakes = self.generator(joined(z, *condition), training=training)
        real = self.discriminator(joined(x, *condition), training=training)
        fake = self.discriminator(joined(fakes, *condition), training=training)
        return {
            "generator_loss": self.generator_loss(fake),
            "discriminator_loss": self.discriminator_loss(real, fake),
            "discriminator_real": ops.mean(ops.sigmoid(real)),
            "discriminator_fake": ops.mean(ops.sigmoid(fake)),
        }

    def train_step(self, batch):
        """Update each network once, on the same fakes."""
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            terms = self.terms(batch, training=True)
        g_weights = self.generator.trainable_weights
        d_weights = self.discriminator.trainable_weights
        g_gradients = g_tape.gradient(terms["generator_loss"], g_weights)
        d_gradients = d_tape.gradient(terms["discriminator_loss"], d_weights)
        g_optimizer, d_optimizer = self.optimizers
        g_optimizer.apply(g_gradients, g_weights)
        d_optimizer.apply(d_gradients, d_weights)
        return terms

    def discriminate(self, x, *condition):
        """Logits that the images are real, (n,)."""
        return self.discriminator(joined(x, *condition), training=False)[:, 0]
