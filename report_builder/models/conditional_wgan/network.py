"""Conditional Wasserstein generative adversarial network with convolutions.

M. Arjovsky, S. Chintala, L. Bottou: Wasserstein Generative Adversarial Networks, ICML
2017, algorithm 1 (weights are clipped). I. Gulrajani et al.: Improved Training of
Wasserstein GANs, NeurIPS 2017, algorithm 1 (the norm of the gradient is penalised).
Both networks are told the condition: M. Mirza, S. Osindero: Conditional Generative
Adversarial Nets, 2014, arXiv:1411.1784.
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
    Flatten,
    LeakyReLU,
    RepeatVector,
    Reshape,
)

from report_builder.models.stack import stack


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


def told(image, condition):
    """The image with the condition as further channels, the same at each pixel."""
    height, width = image.shape[1:3]
    planes = RepeatVector(height * width)(condition)
    planes = Reshape((height, width, condition.shape[-1]))(planes)
    return Concatenate()([image, planes])


def build_critic(image_shape, condition_dim, filters, hidden, slope):
    """Images, conditions -> scores (n, 1): no probabilities, any real number."""
    image, condition = keras.Input(image_shape), keras.Input((condition_dim,))
    x = told(image, condition)
    for number in filters:
        x = Conv2D(number, 5, strides=2, padding="same")(x)
        x = LeakyReLU(slope)(x)
    x = Flatten()(x)
    for units in hidden:
        x = Dense(units)(x)
        x = LeakyReLU(slope)(x)
    score = Dense(1, use_bias=False)(x)  # a constant cancels in every loss
    return keras.Model([image, condition], score, name="critic")


def stack_generator(layers, image_shape, condition_dim, latent_dim):
    """The same from layers of one's own, whose last one gives the image."""
    z, condition = keras.Input((latent_dim,)), keras.Input((condition_dim,))
    x = Concatenate()([z, condition])
    x = stack(layers, x, "generator", ends=image_shape)
    return keras.Model([z, condition], x, name="generator")


def stack_critic(layers, image_shape, condition_dim, hidden, slope):
    """The same with layers of one's own for the image, dense ones behind."""
    image, condition = keras.Input(image_shape), keras.Input((condition_dim,))
    x = Flatten()(stack(layers, told(image, condition), "critic"))
    for units in hidden:
        x = Dense(units)(x)
        x = LeakyReLU(slope)(x)
    score = Dense(1, use_bias=False)(x)  # a constant cancels in every loss
    return keras.Model([image, condition], score, name="critic")


class Slowed(keras.optimizers.schedules.LearningRateSchedule):
    """The schedule of a network that learns only once in so many batches."""

    def __init__(self, schedule, batches):
        self.schedule, self.batches = schedule, batches

    def __call__(self, step):
        return self.schedule(step * self.batches)


class ConditionalWGAN(keras.Model):
    """A generator, and a critic that tells how far its images are from real ones.

    As in both papers the critic learns `critic_steps` times for each step of the
    generator, each time from real images of its own: it learns from every batch, the
    generator after every `critic_steps`-th, also across epochs. What counts is the
    critic's optimiser, whose steps are stored with the run.
    """

    takes = ("x", "condition")

    def __init__(
        self,
        generator,
        critic,
        clip_value=None,
        penalty_weight=None,
        critic_steps=5,
        critic_learning_rate=None,
    ):
        super().__init__()
        self.generator, self.critic = generator, critic
        self.clip_value, self.penalty_weight = clip_value, penalty_weight
        self.critic_steps = critic_steps
        self.critic_learning_rate = critic_learning_rate
        self.seed_generator = keras.random.SeedGenerator(0)

    def compile(self, optimizer):
        """Gives each network an optimiser of its own, with the same settings."""
        super().compile(optimizer=optimizer)
        settings = optimizer.get_config()
        rate, critic_rate = settings["learning_rate"], self.critic_learning_rate
        if isinstance(rate, dict):
            rate = keras.optimizers.schedules.deserialize(rate)
            rate = Slowed(rate, self.critic_steps)
        own = {} if critic_rate is None else {"learning_rate": critic_rate}
        critic_optimizer = optimizer.from_config(settings | own)
        generator_optimizer = optimizer.from_config(settings | {"learning_rate": rate})
        self.optimizers = [generator_optimizer, critic_optimizer]
        self.optimizers[0].build(self.generator.trainable_variables)
        self.optimizers[1].build(self.critic.trainable_variables)

    def call(self, inputs):
        return self.critic(inputs)

    def critic_loss(self, real, fake, penalty=None):
        """Minus the difference of the mean scores, and the weighted penalty."""
        loss = ops.mean(fake) - ops.mean(real)
        return loss + self.penalty_weight * penalty if penalty is not None else loss

    def generator_loss(self, fake):
        """Minus the mean score of the generator's images."""
        return -ops.mean(fake)

    def gradient_penalty(self, x, fakes, condition):
        """Mean of (norm of the gradient - 1)^2, anywhere between real and fake."""
        shape = (ops.shape(x)[0], 1, 1, 1)
        share = keras.random.uniform(shape, seed=self.seed_generator)
        between = share * x + (1 - share) * fakes
        with tf.GradientTape() as tape:
            tape.watch(between)
            scores = self.critic([between, condition], training=True)
        gradient = tape.gradient(scores, between)
        squares = ops.sum(ops.square(gradient), axis=(1, 2, 3))
        norm = ops.sqrt(squares + 1e-12)  # a root has no slope at 0
        return ops.mean(ops.square(norm - 1))

    def terms(self, data, training):
        """Both losses; each fake has the condition of a real image."""
        x, condition = data
        z = self.draw(ops.shape(x)[0], self.seed_generator)
        fakes = self.generator([z, condition], training=training)
        real = self.critic([x, condition], training=training)
        fake = self.critic([fakes, condition], training=training)
        more = {}
        if self.penalty_weight:
            more["gradient_penalty"] = self.gradient_penalty(x, fakes, condition)
        return more | {
            "critic_loss": self.critic_loss(real, fake, *more.values()),
            "generator_loss": self.generator_loss(fake),
            "score_difference": ops.mean(real) - ops.mean(fake),
        }

    def critic_step(self, data):
        """One step of the critic; its weights stay within the clip value."""
        weights = self.critic.trainable_weights
        with tf.GradientTape() as tape:
            terms = self.terms(data, training=True)
        self.optimizers[1].apply(tape.gradient(terms["critic_loss"], weights), weights)
        if self.clip_value:
            for weight in weights:
                weight.assign(ops.clip(weight, -self.clip_value, self.clip_value))
        return terms

    def generator_step(self, condition):
        """One step of the generator, on a new image for each condition."""
        weights = self.generator.trainable_weights
        with tf.GradientTape() as tape:
            z = self.draw(ops.shape(condition)[0], self.seed_generator)
            fakes = self.generator([z, condition], training=True)
            loss = self.generator_loss(self.critic([fakes, condition], training=True))
        self.optimizers[0].apply(tape.gradient(loss, weights), weights)

    def train_step(self, data):
        terms = self.critic_step(data)
        if self.optimizers[1].iterations % self.critic_steps == 0:
            self.generator_step(data[1])
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


def build(
    image_shape,
    condition_dim,
    latent_dim=100,
    generator_filters=(256, 128, 64),
    critic_filters=(64, 128),
    hidden=(256, 128),
    slope=0.3,
    lipschitz="gradient_penalty",
    clip_value=None,
    penalty_weight=10.0,
    critic_steps=5,
    critic_learning_rate=None,
    generator=None,
    critic=None,
):
    """The model, ready for `compile(optimizer)`; lists of layers are made here."""
    if generator:
        generator = stack_generator(generator, image_shape, condition_dim, latent_dim)
    else:
        generator = build_generator(
            image_shape,
            condition_dim,
            latent_dim,
            generator_filters,
            slope,
        )
    if critic:
        critic = stack_critic(critic, image_shape, condition_dim, hidden, slope)
    else:
        critic = build_critic(image_shape, condition_dim, critic_filters, hidden, slope)
    clipped = lipschitz == "clip"
    return ConditionalWGAN(
        generator,
        critic,
        clip_value if clipped else None,
        None if clipped else penalty_weight,
        critic_steps,
        critic_learning_rate,
    )
