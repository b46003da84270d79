"""Maps, marginals and prior draws for the codes of images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import Split
from report_builder.measures.probes import code_map, code_marginals, codes, prior_codes


class Three:
    """A model whose codes are three pixels of an image."""

    takes, provides, pixels = ("x",), frozenset({"encode"}), "Bernoulli"

    def encode(self, x):
        """Return the three pixels."""
        return np.asarray(x)[:, 0, :3, 0]


@pytest.fixture
def clusters(data):
    """Sixty images whose codes form three tight, distant clusters, one per class."""
    split = data.splits["test"]
    y = np.arange(60) % 3
    x = np.random.default_rng(0).normal(size=(60, 4, 4, 1)).astype(np.float32)
    x[:, 0, :3, 0] += 50 * np.eye(3)[y]
    object.__setattr__(split, "x", x)
    object.__setattr__(split, "y", y)
    return data


def test_marginals_have_the_distance_of_the_codes_that_are_shown(vae, data):
    """The KS distance is Phi(2) - 2/12 for codes 0, 1, 2 ..., 1 near 100, 1/2 at 0, and less for codes drawn from N(0, 1)."""
    means = code_marginals.measure(vae, data, codes.Parameters())
    np.testing.assert_allclose(means["ks"], [0.97725 - 2 / 12, 1], atol=1e-5)
    vae.posterior = lambda x: (np.zeros((len(x), 2), np.float32), np.zeros((len(x), 2), np.float32))
    drawn = code_marginals.measure(vae, data, codes.Parameters(drawn=0))
    assert drawn["ks"].max() < 0.5
    assert code_marginals.measure(vae, data, codes.Parameters())["ks"].tolist() == [0.5, 0.5]


def test_prior_draws_are_decoded_one_by_one(model, vae, data):
    """Image i is decoded from draw i; draws are the same for every run and differ between seeds."""
    arrays = prior_codes.measure(model, data, prior_codes.Parameters(samples=7))
    np.testing.assert_array_equal(arrays["images"][:, 0, :2, 0], arrays["prior"])
    np.testing.assert_array_equal(arrays["prior"], prior_codes.measure(vae, data, prior_codes.Parameters(samples=7))["prior"])
    assert not np.allclose(arrays["prior"], prior_codes.measure(vae, data, prior_codes.Parameters(samples=7, seed=1))["prior"])
    assert arrays["z_mean"].shape == (12, 2)


def test_prior_draws_do_not_repeat_the_noise_of_drawn_codes(vae, data):
    """For the same seed, draws from the prior differ from the noise of the drawn codes."""
    arrays = prior_codes.measure(vae, data, prior_codes.Parameters(samples=5, seed=4, drawn=4))
    noise = arrays["z"] - arrays["z_mean"]
    assert not np.isclose(noise[:5], arrays["prior"], atol=1e-3).any()


def test_principal_components_of_a_line(model, data):
    """Codes on a straight line have one component that explains all variance and preserves distances."""
    arrays = code_map.measure(model, data, code_map.Parameters(methods=("pca",)))
    np.testing.assert_allclose(arrays["explained"], [1, 0], atol=1e-6)
    steps = np.abs(np.diff(arrays["pca"][:, 0]))
    np.testing.assert_allclose(steps, np.sqrt(2), rtol=1e-5)
    assert "tsne" not in arrays


def test_codes_of_two_dimensions_have_no_map_of_neighbours(model, data):
    """Two-dimensional codes already lie in a plane, so that no t-SNE is computed or claimed."""
    assert {"tsne", "perplexity"}.isdisjoint(code_map.measure(model, data, code_map.Parameters()))


def test_a_map_needs_five_codes(clusters):
    """Five codes have a map, and four are refused with their number."""
    whole = clusters.splits["test"]
    few = {n: replace(clusters, splits={"test": Split(whole.x[:n], whole.y[:n])}) for n in (4, 5)}
    assert code_map.measure(Three(), few[5], code_map.Parameters(methods=("pca",)))["pca"].shape == (5, 2)
    with pytest.raises(ReportError, match="4 codes, latent_dim 3"):
        code_map.measure(Three(), few[4], code_map.Parameters(methods=("pca",)))


def test_neighbours_stay_neighbours(clusters):
    """On the map of three clusters, every nearest neighbour is of the same cluster, and the same seed gives the same map."""
    arrays = code_map.measure(Three(), clusters, code_map.Parameters())
    far = np.linalg.norm(arrays["tsne"][:, None] - arrays["tsne"][None], axis=2) + 1e9 * np.eye(60)
    assert (arrays["y"][far.argmin(axis=1)] == arrays["y"]).all()
    assert arrays["perplexity"] == pytest.approx(59 / 3)
    np.testing.assert_array_equal(arrays["tsne"], code_map.measure(Three(), clusters, code_map.Parameters())["tsne"])


@pytest.mark.parametrize("code", [3, [1, 2, 3, 4]])
def test_equal_codes_are_mapped_to_one_place(model, data, code):
    """For a collapsed code, components explain nothing and are finite, wherever the code is."""
    data.splits["test"].x[:] = np.reshape(code, (1, 1, -1, 1))
    arrays = code_map.measure(model, data, code_map.Parameters())
    assert not arrays["pca"].any()
    assert not arrays["explained"].any()


@pytest.mark.parametrize("code", [3, [1, 2, 3, 4]])
def test_equal_codes_of_many_dimensions_are_mapped_to_one_place(clusters, code):
    """t-SNE of a collapsed code is finite, too, without a division by zero."""
    clusters.splits["test"].x[:] = np.reshape(code, (1, 1, -1, 1))
    with np.errstate(all="raise"):
        arrays = code_map.measure(Three(), clusters, code_map.Parameters())
    assert not arrays["tsne"].any()
    assert arrays["perplexity"] == pytest.approx(59 / 3)


def test_a_line_has_no_plane(model, data):
    """A one-dimensional code is refused."""
    model.encode = lambda x: np.asarray(x)[:, 0, :1, 0]
    with pytest.raises(ReportError, match="latent_dim 1"):
        code_map.measure(model, data, code_map.Parameters())
