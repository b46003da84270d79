"""Generator and critic, shared by conditional and unconditional Wasserstein GANs.

M. Arjovsky, S. Chintala, L. Bottou: Wasserstein Generative Adversarial Networks, ICML
2017, algorithm 1 (weight clipping). I. Gulrajani et al.: Improved Training of
Wasserstein GANs, NeurIPS 2017, algorithm 1 (gradient penalty).
"""

import keras
import tensorflow as tf
from keras import ops
from keras.layers import Conv2D, Dense, Flatten, LeakyReLU

from report_builder.models._networks.adversarial import Adversarial, joined
from report_builder.models.stack import stack


def score_layers(x, p):
    """Images (n, h, w, c) -> scores (n, 1)."""
    if p.critic:  # user-defined layers
        x = stack(p.critic, x, "critic")
    for number in () if p.critic else p.critic_filters:
        x = Conv2D(number, 5, strides=2, padding="same")(x)
        x = LeakyReLU(p.slope)(x)
    x = Flatten()(x)
    for units in p.hidden:
        x = Dense(units)(x)
        x = LeakyReLU(p.slope)(x)
    return Dense(1, use_bias=False)(x)  # a bias would cancel in every loss


class Slowed(keras.optimizers.schedules.LearningRateSchedule):
    """Schedule of a network that is updated only once in every `batches` batches."""

    def __init__(self, schedule, batches):
        self.schedule, self.batches = schedule, batches

    def __call__(self, step):
        return self.schedule(step * self.batches)


class Wasserstein(Adversarial):
    """A generator, and a critic that scores how far its images are from real ones.

    As in both papers, the critic takes `critic_steps` steps for each step of the
    generator, each on new real images: it is updated on every batch, the generator
    after every `critic_steps`-th, also across epochs. Steps are counted by the
    critic's optimiser, whose state is stored with the run.
    """

    def __init__(self, generator, critic, parameters):
        super().__init__(generator)
        self.critic = critic
        self.clip_value = parameters.clip_value  # None with a penalty
        self.penalty_weight = parameters.penalty_weight  # None with clipped weights
        self.critic_steps = parameters.critic_steps
        self.critic_learning_rate = parameters.critic_learning_rate

    def compile(self, optimizer):
        """Create an optimiser for each network, with the same settings."""
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
        """Scores of the critic, (n, 1)."""
        return self.critic(inputs)

    def critic_loss(self, real, fake, penalty=None):
        """Negative difference of the mean scores, plus the weighted penalty."""
        loss = ops.mean(fake) - ops.mean(real)
        return loss + self.penalty_weight * penalty if penalty is not None else loss

    def generator_loss(self, fake):
        """Negative mean score of the generated images."""
        return -ops.mean(fake)

    def gradient_penalty(self, x, fakes, *condition):
        """Mean of (gradient norm - 1)^2 at random points between real and fake."""
        shape = (ops.shape(x)[0], 1, 1, 1)
        share = keras.random.uniform(shape, seed=self.seed_generator)
        between = share * x + (1 - share) * fakes
        with tf.GradientTape() as tape:
            tape.watch(between)
            scores = self.critic(joined(between, *condition), training=True)
        gradient = tape.gradient(scores, between)
        squares = ops.sum(ops.square(gradient), axis=(1, 2, 3))
        norm = ops.sqrt(squares + 1e-12)  # sqrt has no finite slope at 0
        return ops.mean(ops.square(norm - 1))

    def clip(self, weights, limit):
        """Clip all weights to [-limit, limit]."""
        for weight in weights:
            weight.assign(ops.clip(weight, -limit, limit))

    def terms(self, batch, training):
        """Both losses, with one fake per real image, under the same condition."""
        x, *condition = keras.tree.flatten(batch)
        z = self.draw(ops.shape(x)[0], self.seed_generator)
        fakes = self.generator(joined(z, *condition), training=training)
        real = self.critic(joined(x, *condition), training=training)
        fake = self.critic(joined(fakes, *condition), training=training)
        more = {}
        if self.penalty_weight:
            more["gradient_penalty"] = self.gradient_penalty(x, fakes, *condition)
        return more | {
            "critic_loss": self.critic_loss(real, fake, *more.values()),
            "generator_loss": self.generator_loss(fake),
            "score_difference": ops.mean(real) - ops.mean(fake),
        }

    def critic_step(self, batch):
        """Update the critic on a batch of real images and new fakes."""
        weights = self.critic.trainable_weights
        with tf.GradientTape() as tape:
            terms = self.terms(batch, training=True)
        self.optimizers[1].apply(tape.gradient(terms["critic_loss"], weights), weights)
        if self.clip_value:
            self.clip(weights, self.clip_value)
        return terms

    def generator_step(self, batch):
        """Update the generator on as many new fakes."""
        x, *condition = keras.tree.flatten(batch)
        weights = self.generator.trainable_weights
        with tf.GradientTape() as tape:
            z = self.draw(ops.shape(x)[0], self.seed_generator)
            fakes = self.generator(joined(z, *condition), training=True)
            scores = self.critic(joined(fakes, *condition), training=True)
            loss = self.generator_loss(scores)
        self.optimizers[0].apply(tape.gradient(loss, weights), weights)

    def train_step(self, batch):
        """Update the critic and, every `critic_steps` steps, the generator."""
        terms = self.critic_step(batch)
        if self.optimizers[1].iterations % self.critic_steps == 0:
            self.generator_step(batch)
        return terms
