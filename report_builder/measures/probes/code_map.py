"""Two-dimensional maps of codes: principal components, and t-SNE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Probe
from report_builder.measures.probes import codes

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData, Trained

PLANE = 2


class Parameters(codes.Parameters):
    """The codes to map, and the methods."""

    n: int | None = Field(default=1000, ge=5, description="How many images, drawn at random; null: all.")
    methods: tuple[Literal["pca", "tsne"], ...] = Field(default=("pca", "tsne"), min_length=1, description="Which maps.")
    perplexity: float = Field(default=30.0, gt=1, description="Perplexity of t-SNE; at most a third of the codes but one.")
    seed: int = Field(default=0, ge=0, description="Seed of t-SNE.")


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Compute the codes and their maps.

    t-SNE (van der Maaten and Hinton 2008) is initialised with the principal components and runs in a single thread, so that a
    seed determines the result. It is skipped for two-dimensional codes, which need no map.

    Returns:
        The arrays of the probe `codes`; with pca `pca` (n, 2) float64 and `explained` (2,): shares of the variance; with tsne,
        if the code has more than two dimensions, `tsne` (n, 2) float64 and `perplexity` (): the one that was used.

    Raises:
        ReportError: if the code has fewer than two dimensions, or there are fewer than five codes.
    """
    from report_builder.measures._arrays import codes_of

    found = dict(codes.measure(model, data, parameters))
    z = codes_of(found)
    if z.shape[1] < PLANE or len(z) < 5:
        rule = "a map needs codes of two dimensions or more, and five of them"
        raise ReportError(Problem("", rule, f"{len(z)} codes, latent_dim {z.shape[1]}"))
    if "pca" in parameters.methods:
        found |= _components(z)
    if "tsne" in parameters.methods and z.shape[1] > PLANE:
        found |= _neighbours(z, min(parameters.perplexity, (len(z) - 1) / 3), parameters.seed)
    return found


def _components(z: np.ndarray) -> dict[str, np.ndarray]:
    """Return the first two principal components, and the share of the variance that each explains."""
    import numpy as np
    from sklearn.decomposition import PCA

    if not np.ptp(z, axis=0).any():  # all codes are equal: there is no variance to explain
        return {"pca": np.zeros((len(z), PLANE)), "explained": np.zeros(PLANE)}
    fitted = PCA(PLANE, svd_solver="full")
    return {"pca": np.asarray(fitted.fit_transform(z)), "explained": np.asarray(fitted.explained_variance_ratio_)}


def _neighbours(z: np.ndarray, perplexity: float, seed: int) -> dict[str, np.ndarray]:
    """Compute t-SNE in two dimensions."""
    import numpy as np
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    used = np.array(float(perplexity))
    if not np.ptp(z, axis=0).any():  # all codes are equal: the initial components would be 0 / 0
        return {"tsne": np.zeros((len(z), PLANE)), "perplexity": used}
    with threadpool_limits(1):  # another order of summation would change the result
        placed = TSNE(PLANE, perplexity=perplexity, init="pca", random_state=seed, n_jobs=1).fit_transform(z)
    return {"tsne": np.asarray(placed, dtype=np.float64), "perplexity": used}


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"encode"}), needs_for=codes.needs_for)
