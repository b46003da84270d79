"""Layers as a user could write them next to an experiment."""

import keras
from keras import ops


class Swish(keras.layers.Layer):
    """x times the logistic function of `steepness` times x."""

    def __init__(self, steepness=1.0, **kwargs):
        super().__init__(**kwargs)
        self.steepness = steepness

    def call(self, x):
        """Return the activation."""
        return x * ops.sigmoid(self.steepness * x)


class Broken(keras.layers.Layer):
    """A layer with a bug."""

    def call(self, x):
        """Raise a NameError."""
        return opps.relu(x)  # noqa: F821  the mistake


class Halves(keras.layers.Layer):
    """A layer with two outputs, which a list of layers cannot continue from."""

    def call(self, x):
        """Return both halves."""
        return ops.split(x, 2, axis=-1)
