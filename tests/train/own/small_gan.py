"""A conditional GAN as a user could write it: batch normalisation, dropout, two optimisers."""

import keras
from keras import layers, ops

from report_builder import kinds


class Parameters(kinds.Parameters):
    """No parameters."""


class SmallGan(keras.Model):
    """Generator and discriminator with one hidden layer each."""

    def __init__(self, image_shape, condition_dim):
        super().__init__()
        self.noise = keras.random.SeedGenerator(0)
        z, x, condition = keras.Input((4,)), keras.Input(image_shape), keras.Input((condition_dim,))
        hidden = layers.BatchNormalization()(layers.Dense(16)(layers.Concatenate()([z, condition])))
        image = layers.Reshape(image_shape)(layers.Dense(image_shape[0] * image_shape[1], activation="tanh")(hidden))
        self.generator = keras.Model([z, condition], image, name="generator")
        told = layers.Concatenate()([layers.Flatten()(x), condition])
        logit = layers.Dense(1)(layers.Dropout(0.5)(layers.Dense(16, activation="relu")(told)))
        self.discriminator = keras.Model([x, condition], logit, name="discriminator")

    def compile(self, optimizer):
        """Give each network an optimiser of its own."""
        super().compile()
        self.optimizers = []
        for network in (self.generator, self.discriminator):
            own = type(optimizer).from_config(optimizer.get_config())
            own.build(network.trainable_variables)
            self.optimizers.append(own)

    def losses_of(self, data, *, training):
        """Return the losses of generator and discriminator."""
        x, condition = data
        z = keras.random.normal((ops.shape(x)[0], 4), seed=self.noise)
        fake = self.discriminator([self.generator([z, condition], training=training), condition], training=training)
        real = self.discriminator([x, condition], training=training)
        entropy = keras.losses.BinaryCrossentropy(from_logits=True)
        ones, zeros = ops.ones_like(real), ops.zeros_like(real)
        return entropy(ones, fake), entropy(ones, real) + entropy(zeros, fake)

    def train_step(self, data):
        """Train both networks for one step."""
        import tensorflow as tf

        with tf.GradientTape(persistent=True) as tape:
            losses = self.losses_of(data, training=True)
        for loss, network, optimizer in zip(losses, (self.generator, self.discriminator), self.optimizers, strict=True):
            optimizer.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)
        return {"generator_loss": losses[0], "discriminator_loss": losses[1]}

    def test_step(self, data):
        """Return both losses."""
        losses = self.losses_of(data, training=False)
        return {"generator_loss": losses[0], "discriminator_loss": losses[1]}

    def sample(self, n, seed, condition):
        """Return images generated from noise."""
        return self.generator([keras.random.normal((n, 4), seed=seed), condition], training=False)

    def discriminate(self, x, condition):
        """Return logits."""
        return self.discriminator([x, condition], training=False)[:, 0]


def build(parameters, sizes):
    """Return the model."""
    return SmallGan(sizes.image_shape, sizes.condition_dim)


KIND = kinds.Model(
    parameters=Parameters,
    build=build,
    provides=frozenset({"sample", "discriminate"}),
    takes=("x", "condition"),
    stages=("generator", "discriminator"),
)
