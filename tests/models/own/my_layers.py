"""Layers as somebody could write them beside an experiment."""

import keras
from keras import ops


class Swish(keras.layers.Layer):
    """x times the logistic function of `steepness` x."""

    def __init__(self, steepness=1.0, **kwargs):
        super().__init__(**kwargs)
        self.steepness = steepness

    def call(self, x):
        """The activation."""
        return x * ops.sigmoid(self.steepness * x)


class Broken(keras.layers.Layer):
    """A layer with a mistake in it."""

    def call(self, x):
        """Nothing, for there is no such name."""
        return opps.relu(x)  # noqa: F821  the mistake


class Halves(keras.layers.Layer):
    """Two tensors, which no list of layers can go on with."""

    def call(self, x):
        """Both halves."""
        return ops.split(x, 2, axis=-1)
