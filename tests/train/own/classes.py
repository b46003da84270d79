"""A classifier as a user could write it; its layers are created on the first call."""

import keras
from keras import layers, ops

from report_builder import kinds


class Parameters(kinds.Parameters):
    """No parameters."""


class Classes(keras.Model):
    """A single layer."""

    def __init__(self, classes):
        super().__init__()
        self.flat, self.scores = layers.Flatten(), layers.Dense(classes)

    def call(self, x):
        """Return logits."""
        return self.scores(self.flat(x))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):  # noqa: FBT002  Keras' grammar
        """Return the cross-entropy."""
        return ops.mean(ops.sparse_categorical_crossentropy(y, y_pred, from_logits=True))

    def classify(self, x):
        """Return probabilities."""
        return ops.softmax(self(x))


def build(parameters, sizes):
    """Return the model."""
    return Classes(sizes.classes)


KIND = kinds.Model(parameters=Parameters, build=build, provides=frozenset({"classify"}), takes=("x", "y"))
