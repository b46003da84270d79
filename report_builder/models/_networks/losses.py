"""Terms in the losses of autoencoders, one number per image each.

D. P. Kingma, M. Welling: Auto-Encoding Variational Bayes, 2013, arXiv:1312.6114.
Free bits: D. P. Kingma et al.: Improved Variational Inference with Inverse
Autoregressive Flow, 2016, arXiv:1606.04934. Warm-up: C. K. Sønderby et al.: Ladder
Variational Autoencoders, 2016, arXiv:1602.02282. Grey pixels: G. Loaiza-Ganem, J. P.
Cunningham: The Continuous Bernoulli, NeurIPS 2019, arXiv:1907.06845.
"""

import math

import keras
from keras import ops

# --- terms of the image: x (n, h, w, c) in [0, 1], logits of the decoded pixels -------


def binary_crossentropy(x, logits):
    """-log p(x | z) of Bernoulli pixels, summed over the pixels: (n,), nats."""
    pixels = ops.binary_crossentropy(x, logits, from_logits=True)
    return ops.sum(pixels, axis=(1, 2, 3))


def mean_binary_crossentropy(x, logits):
    """-log p(x | z) of Bernoulli pixels, mean over the pixels: (n,), nats."""
    pixels = ops.binary_crossentropy(x, logits, from_logits=True)
    return ops.mean(pixels, axis=(1, 2, 3))


def log_normaliser(logits):
    """Log C of the continuous Bernoulli distribution, C = l / tanh(l / 2), at l = 0: 2.

    Near 0, where the quotient is 0 / 0, use the series log 2 + l^2/12 - 7 l^4/1440.
    """
    size = ops.abs(logits)
    near = size < 0.2
    far, close = ops.where(near, 1.0, size), ops.where(near, logits, 0.0)
    series = math.log(2) + close**2 / 12 - 7 * close**4 / 1440
    return ops.where(near, series, ops.log(far) - ops.log(ops.tanh(far / 2)))


def continuous_bernoulli(x, logits):
    """-log p(x | z) of grey pixels, summed over the pixels: (n,), nats."""
    pixels = ops.binary_crossentropy(x, logits, from_logits=True)
    return ops.sum(pixels - log_normaliser(logits), axis=(1, 2, 3))


def mean_continuous_bernoulli(x, logits):
    """-log p(x | z) of grey pixels, mean over the pixels: (n,), nats."""
    pixels = ops.binary_crossentropy(x, logits, from_logits=True)
    return ops.mean(pixels - log_normaliser(logits), axis=(1, 2, 3))


def squared_error(x, logits):
    """Squared difference from the decoded image, summed over the pixels: (n,)."""
    return ops.sum((x - ops.sigmoid(logits)) ** 2, axis=(1, 2, 3))


def mean_squared_error(x, logits):
    """Squared difference from the decoded image, mean over the pixels: (n,)."""
    return ops.mean((x - ops.sigmoid(logits)) ** 2, axis=(1, 2, 3))


RECONSTRUCTIONS = {
    ("bce", "sum_over_pixels"): binary_crossentropy,
    ("bce", "mean_over_pixels"): mean_binary_crossentropy,
    ("continuous_bernoulli", "sum_over_pixels"): continuous_bernoulli,
    ("continuous_bernoulli", "mean_over_pixels"): mean_continuous_bernoulli,
    ("mse", "sum_over_pixels"): squared_error,
    ("mse", "mean_over_pixels"): mean_squared_error,
}

# --- terms of the code: z_mean, z_log_var and a draw z, (n, latent_dim) --------------


def kl_closed_form(z_mean, z_log_var, z=None):
    """KL(N(z_mean, exp(z_log_var)) || N(0, I)), appendix B of the paper: (n,), nats."""
    return 0.5 * ops.sum(z_mean**2 + ops.exp(z_log_var) - z_log_var - 1, axis=-1)


def log_normal(z, mean, log_var):
    """Log density of N(mean, exp(log_var)) at z, summed over its axes: (n,), nats."""
    square = (z - mean) ** 2 * ops.exp(-log_var)
    return -0.5 * ops.sum(square + log_var + math.log(2 * math.pi), axis=-1)


def kl_monte_carlo(z_mean, z_log_var, z):
    """Estimate of the KL from one draw, log q(z | x) - log p(z): (n,), nats."""
    zeros = ops.zeros_like(z)
    return log_normal(z, z_mean, z_log_var) - log_normal(z, zeros, zeros)


KL = {"closed_form": kl_closed_form, "monte_carlo": kl_monte_carlo}


class FreeBits:
    """KL term of at least `nats` per dimension: Kingma et al. 2016, eq. 15."""

    def __init__(self, nats):
        self.nats = nats

    def __call__(self, z_mean, z_log_var, z=None):
        """Batch mean of each dimension, clipped from below, then summed: (n,), nats."""
        kl = 0.5 * (z_mean**2 + ops.exp(z_log_var) - z_log_var - 1)
        raised = ops.maximum(self.nats, ops.mean(kl, axis=0))
        return ops.zeros_like(kl[:, 0]) + ops.sum(raised)


# --- structural similarity: Z. Wang et al., IEEE Trans. Image Processing 13, 2004 -----


def gaussian_window(side, sigma=1.5):
    """Weights that sum to 1: 11, or the largest odd number that fits into `side`."""
    size = min(11, side - 1 + side % 2)
    distance = ops.arange(size, dtype="float32") - (size - 1) / 2
    weights = ops.exp(-0.5 * (distance / sigma) ** 2)
    return weights / ops.sum(weights)


def local_mean(images, window):
    """Weighted mean at each position of the window: along rows, then columns."""
    channels = images.shape[-1]
    row = ops.tile(ops.reshape(window, (1, -1, 1, 1)), (1, 1, channels, 1))
    column = ops.transpose(row, (1, 0, 2, 3))
    return ops.depthwise_conv(ops.depthwise_conv(images, row), column)


def ssim_loss(x, logits):
    """1 - SSIM of image and decoded image, eq. 13, mean over windows: (n,), 0 to 2."""
    y, window = ops.sigmoid(logits), gaussian_window(min(x.shape[1:3]))
    mean_x, mean_y = local_mean(x, window), local_mean(y, window)
    variance_x = local_mean(x**2, window) - mean_x**2
    variance_y = local_mean(y**2, window) - mean_y**2
    covariance = local_mean(x * y, window) - mean_x * mean_y
    c1, c2 = 0.01**2, 0.03**2  # for pixels in [0, 1]
    means = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return 1 - ops.mean(means * structure, axis=(1, 2, 3))


# --- their sum ------------------------------------------------------------------------


class WeightedLoss(keras.Model):
    """A model whose loss is a weighted sum of terms, each logged under its own name."""

    def __init__(self, image_terms, code_terms, weights):
        super().__init__()
        self.image_terms, self.code_terms = image_terms, code_terms
        self.term_weights = weights
        names = (*image_terms, *code_terms)
        self.trackers = {name: keras.metrics.Mean(name=name) for name in names}

    def weighted_sum(self, terms, training):
        """Log each term (n,) and sum those with a weight, weighted: (n,)."""
        for name, term in terms.items():
            self.trackers[name].update_state(term)
        return sum(weight * terms[name] for name, weight in self.term_weights.items())


class WarmUp(WeightedLoss):
    """The weight of the KL term grows linearly from 0 in the first training steps.

    Held-out images are evaluated with the full weight, so that losses are comparable.
    """

    def warm_up(self, steps):
        """Set the number of these steps."""
        self.warm_up_steps = steps
        (self.warming,) = set(self.term_weights) & set(self.code_terms)
        self.trackers["weighted_kl_loss"] = keras.metrics.Mean(name="weighted_kl_loss")
        return self

    def weighted_sum(self, terms, training):
        """Also log the KL term with its weight in this step."""
        whole = self.term_weights[self.warming] * terms[self.warming]
        weighted = whole * self.share() if training else whole
        self.trackers["weighted_kl_loss"].update_state(weighted)
        return super().weighted_sum(terms, training) - whole + weighted

    def share(self):
        """Fraction of the full KL weight after the training steps so far."""
        done = ops.cast(self.optimizer.iterations, "float32")
        return ops.minimum(1.0, done / self.warm_up_steps)


# --- the corresponding likelihood -----------------------------------------------------


class NormalPixels:
    """-log p(x | z) of pixels N(decoded pixel, variance), constants included."""

    def __init__(self, variance):
        self.variance = variance

    def __call__(self, x, logits):
        """Sum over the pixels: (n,), nats."""
        square = (x - ops.sigmoid(logits)) ** 2 / self.variance
        constant = math.log(2 * math.pi * self.variance)
        return 0.5 * ops.sum(square + constant, axis=(1, 2, 3))

    def mean(self, logits):
        """Return the decoded image."""
        return ops.sigmoid(logits)


class BernoulliPixels:
    """-log p(x | z) of pixels that are 1 with the decoded probability."""

    def __call__(self, x, logits):
        """Sum over the pixels: (n,), nats."""
        return binary_crossentropy(x, logits)

    def mean(self, logits):
        """Return the decoded image."""
        return ops.sigmoid(logits)


class ContinuousBernoulliPixels:
    """-log p(x | z) of pixels between 0 and 1: Loaiza-Ganem and Cunningham, eq. 7."""

    def __call__(self, x, logits):
        """Sum over the pixels: (n,), nats."""
        return continuous_bernoulli(x, logits)

    def mean(self, logits):
        """Decoded image, 1 / (1 - exp(-l)) - 1 / l: eq. 8; near l = 0 its series."""
        near = ops.abs(logits) < 0.2
        far = ops.where(near, 1.0, logits)
        series = 0.5 + logits / 12 - logits**3 / 720
        return ops.where(near, series, 1 + 1 / ops.expm1(far) - 1 / far)


def likelihood(image_shape, reconstruction, reduction, reconstruction_weight):
    """Distribution of the pixels whose -log p the reconstruction term represents.

    A squared error with weight w, summed over the pixels, corresponds to a normal
    distribution of variance 1 / (2 w); averaged over D pixels, to D / (2 w). The
    cross-entropy corresponds to Bernoulli pixels for any weight, and with the
    normaliser to continuous Bernoulli pixels.
    """
    if reconstruction == "bce":
        return BernoulliPixels()
    if reconstruction == "continuous_bernoulli":
        return ContinuousBernoulliPixels()
    pixels = math.prod(image_shape) if reduction == "mean_over_pixels" else 1
    return NormalPixels(pixels / (2 * reconstruction_weight))


# --- all terms, by the parameters of a model ------------------------------------------


def weighted_terms(p, image_shape):
    """Likelihood of the pixels, terms of the image, terms of the code, weights."""
    choice = (p.reconstruction, p.reduction)
    pixels = likelihood(image_shape, *choice, p.reconstruction_weight)
    image_terms = {"reconstruction_loss": RECONSTRUCTIONS[choice]}
    code_terms = {"kl_loss": KL[p.kl]}
    weights = {"reconstruction_loss": p.reconstruction_weight}
    if p.free_bits:
        code_terms["free_bits_loss"] = FreeBits(p.free_bits)
    weights["free_bits_loss" if p.free_bits else "kl_loss"] = p.beta
    if p.ssim_weight:
        image_terms["ssim_loss"] = ssim_loss
        weights["ssim_loss"] = p.ssim_weight
    return pixels, image_terms, code_terms, weights
