"""Two dense layers of one's own: what `keras.layers.Dense` does, written out."""

import keras
from keras import ops


class Linear(keras.layers.Layer):
    """y = x W + b; the number of inputs is told beforehand."""

    def __init__(self, units, input_dim, activation=None):
        super().__init__()
        self.w = self.add_weight(shape=(input_dim, units), initializer="glorot_uniform")
        self.b = self.add_weight(shape=(units,), initializer="zeros")
        self.activation = keras.activations.get(activation)

    def call(self, x):
        return self.activation(ops.matmul(x, self.w) + self.b)


class LazyLinear(keras.layers.Layer):
    """The same; the weights are made when the first input shows how many numbers it has."""

    def __init__(self, units, activation=None):
        super().__init__()
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros")

    def call(self, x):
        return self.activation(ops.matmul(x, self.w) + self.b)
