"""A classifier as somebody could write it; its layers are created on the first call."""

import keras
from keras import layers, ops

from report_builder import kinds


class Parameters(kinds.Parameters):
    """It has none."""


class Classes(keras.Model):
    """One layer."""

    def __init__(self, classes):
        super().__init__()
        self.flat, self.scores = layers.Flatten(), layers.Dense(classes)

    def call(self, x):
        """Logits."""
        return self.scores(self.flat(x))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):  # noqa: FBT002  Keras' grammar
        """Cross-entropy."""
        return ops.mean(ops.sparse_categorical_crossentropy(y, y_pred, from_logits=True))

    def classify(self, x):
        """Probabilities."""
        return ops.softmax(self(x))


def build(parameters, sizes):
    """The model."""
    return Classes(sizes.classes)


KIND = kinds.Model(parameters=Parameters, build=build, provides=frozenset({"classify"}), takes=("x", "y"))
