"""Vector-quantised autoencoder with a spatial code: van den Oord et al., arXiv:1711.00937."""

import keras
from keras import layers, ops
from pydantic import Field

from report_builder import kinds


class Parameters(kinds.Parameters):
    """Size of the codebook, length of its entries, and weight of the commitment term."""

    codebook_size: int = Field(16, ge=2, description="Entries of the codebook.")
    code_channels: int = Field(4, ge=1, description="Length of an entry.")
    commitment: float = Field(0.25, ge=0, description="Weight of the term that holds the encoder to its entries.")


class Codebook(layers.Layer):
    """Codebook of vectors that replaces each input vector by its nearest entry."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def build(self, shape):
        """Create the entries as a weight without a name."""
        self.entries = self.add_weight(shape=(self.size, shape[-1]), initializer="uniform")

    def call(self, z):
        """Map vectors (n, h, w, d) to their nearest entries, of the same shape."""
        distances = ops.sum((z[..., None, :] - self.entries) ** 2, axis=-1)
        return ops.take(self.entries, ops.argmin(distances, axis=-1), axis=0)


class VectorQuantised(keras.Model):
    """Encoder and decoder, with a codebook outside of both networks."""

    def __init__(self, encoder, codebook, decoder, commitment):
        super().__init__(name="vector_quantised")
        self.encoder, self.codebook, self.decoder = encoder, codebook, decoder
        self.commitment = commitment
        names = ("reconstruction_loss", "codebook_loss", "commitment_loss")
        self.trackers = {name: keras.metrics.Mean(name=name) for name in names}

    def call(self, x):
        """Return the reconstruction, the encoder's output and its entries; gradients bypass the codebook."""
        z = self.encoder(x)
        entries = self.codebook(z)
        return self.decoder(z + ops.stop_gradient(entries - z)), z, entries

    def compute_loss(self, x, y, y_pred, sample_weight=None):
        """Equation 3 of the paper, with a squared error summed over the pixels."""
        drawn, z, entries = y_pred
        terms = {
            "reconstruction_loss": ops.sum((x - drawn) ** 2, axis=(1, 2, 3)),
            "codebook_loss": ops.sum((ops.stop_gradient(z) - entries) ** 2, axis=(1, 2, 3)),
            "commitment_loss": ops.sum((z - ops.stop_gradient(entries)) ** 2, axis=(1, 2, 3)),
        }
        for name, term in terms.items():
            self.trackers[name].update_state(term)
        return ops.mean(sum(terms.values()) + (self.commitment - 1) * terms["commitment_loss"])

    def encode(self, x):
        """Return an entry for each place, (n, h, w, d)."""
        return self.codebook(self.encoder(x))

    def decode(self, z):
        """Return the images of a code."""
        return self.decoder(z)


def build(parameters, sizes):
    """Build a model with one code vector for each 4 x 4 pixels."""
    height, width, channels = sizes.image_shape
    image, z = keras.Input(sizes.image_shape), keras.Input((height // 4, width // 4, parameters.code_channels))
    x = layers.Conv2D(8, 3, 2, padding="same", activation="relu")(image)
    encoder = keras.Model(image, layers.Conv2D(parameters.code_channels, 3, 2, padding="same")(x), name="encoder")
    x = layers.Conv2DTranspose(8, 3, 2, padding="same", activation="relu")(z)
    pixels = layers.Conv2DTranspose(channels, 3, 2, padding="same", activation="sigmoid")(x)
    decoder = keras.Model(z, pixels, name="decoder")
    return VectorQuantised(encoder, Codebook(parameters.codebook_size, name="codebook"), decoder, parameters.commitment)


def equation(parameters):
    """Return the loss of one image."""
    latex = (
        r"\mathcal{L}(x) = \left\| x - d(e) \right\|^2 + \left\| \mathrm{sg}(z) - e \right\|^2"
        rf" + {parameters.commitment:g} \left\| z - \mathrm{{sg}}(e) \right\|^2"
    )
    symbols = (("z", "what the encoder gives"), ("e", "nearest entries of the codebook"), ("d", "decoder"))
    return kinds.Equation(latex, (*symbols, (r"\mathrm{sg}", "no gradient passes")))


KIND = kinds.Model(
    title="vector-quantised autoencoder",
    parameters=Parameters,
    build=build,
    provides=frozenset({"encode", "decode"}),
    code="spatial",
    terms=(
        kinds.Term("loss", better="lower"),
        kinds.Term("reconstruction_loss", better="lower"),
        kinds.Term("codebook_loss", title="codebook term", better="lower"),
        kinds.Term("commitment_loss", title="commitment term", better="lower"),
    ),
    equation=equation,
    listings={"codebook": ("Codebook",), "loss": ("VectorQuantised.compute_loss",)},
)
