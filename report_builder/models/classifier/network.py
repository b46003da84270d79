"""Convolutional classifier, a reference that assigns a class to each image.

Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-Based Learning Applied to Document
Recognition, 1998; dropout: N. Srivastava et al., JMLR 15, 2014.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops
from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D

from report_builder.models.stack import stack

if TYPE_CHECKING:
    from report_builder.kinds import Sizes
    from report_builder.models.classifier import Parameters


def build_network(image_shape, classes, filters, hidden, dropout):
    """Images (n, h, w, c) -> logits of the classes (n, classes)."""
    x = image = keras.Input(image_shape)
    for number in filters:
        x = Conv2D(number, 3, padding="same", activation="relu")(x)
        x = MaxPooling2D()(x)
    x = Flatten()(x)
    x = Dense(hidden, activation="relu")(x)
    x = Dropout(dropout)(x)
    return keras.Model(image, Dense(classes)(x), name="network")


def stack_network(layers, image_shape, classes):
    """The same from a user's own layers, with a final dense layer for the logits."""
    image = keras.Input(image_shape)
    x = Flatten()(stack(layers, image, "network"))
    return keras.Model(image, Dense(classes)(x), name="network")


class Classifier(keras.Model):
    """p(class | image)."""

    def __init__(self, network):
        super().__init__()
        self.network = network
        self.accuracy_tracker = keras.metrics.SparseCategoricalAccuracy(name="accuracy")

    def call(self, x, training=None):
        return self.network(x, training=training)

    def compute_loss(self, x, y, y_pred, sample_weight=None):
        """-log p(y | x), mean over the batch: nats."""
        self.accuracy_tracker.update_state(y, y_pred)
        loss = ops.sparse_categorical_crossentropy(y, y_pred, from_logits=True)
        return ops.mean(loss)

    def classify(self, x):
        """Probabilities of the classes, (n, classes)."""
        return ops.softmax(self(x, training=False))

    def features(self, x):
        """Inputs of the last dense layer, (n, hidden)."""
        for layer in self.network.layers[1:-1]:
            x = layer(x, training=False)
        return x


def build(parameters: Parameters, sizes: Sizes) -> Classifier:
    """Build the model, ready for `compile(optimizer)`."""
    p, image_shape = parameters, sizes.image_shape
    if p.network:
        return Classifier(stack_network(p.network, image_shape, sizes.classes))
    widths = (p.filters, p.hidden, p.dropout)
    return Classifier(build_network(image_shape, sizes.classes, *widths))
