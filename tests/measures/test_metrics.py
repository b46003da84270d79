"""Metrics with known answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report_builder import languages, measures
from report_builder.errors import ReportError
from report_builder.facts import Fact, Measurement
from report_builder.facts.comparing import compare
from report_builder.kinds import ProbeRequest, Term
from report_builder.measures.metrics import (
    class_agreement,
    code_deviations,
    code_statistics,
    elbo,
    history,
    reconstruction,
    sharpness,
)


def test_the_bound_is_minus_the_sum_of_its_terms():
    """`elbo` = -(reconstruction + KL) per image for both forms of the KL term, with the signs of the definition."""
    random = np.random.default_rng(0)
    terms = {name: random.random(50) for name in ("reconstruction", "kl_closed_form", "kl_monte_carlo")}
    found = elbo.measure({"likelihood": terms}, elbo.Parameters())
    assert found["elbo"].value == pytest.approx(-found["reconstruction_loss"].value - found["kl_loss"].value)
    assert found["elbo_monte_carlo"].value == pytest.approx(-(terms["reconstruction"] + terms["kl_monte_carlo"]).mean())
    np.testing.assert_allclose(found["elbo"].samples, -terms["reconstruction"] - terms["kl_closed_form"])
    better = {quantity.name: quantity.better for quantity in elbo.values(elbo.Parameters(), {})}
    assert (better["elbo"], better["reconstruction_loss"]) == ("higher", "lower")


def test_bounds_of_other_distributions_of_the_pixels_are_no_one_scale():
    """A probability and a density have different reductions, so that no verdict compares them; the KL term is the same."""
    terms = {name: np.ones(5) for name in ("reconstruction", "kl_closed_form", "kl_monte_carlo")}
    bernoulli, normal = (
        elbo.measure({"likelihood": terms | {"pixels": np.array(pixels)}}, elbo.Parameters())
        for pixels in ("Bernoulli", "normal")
    )
    for name in ("elbo", "elbo_monte_carlo", "reconstruction_loss"):
        assert bernoulli[name].given != normal[name].given
    assert bernoulli["kl_loss"].given == normal["kl_loss"].given


def test_a_bound_given_the_condition_is_another_quantity():
    """Log p(x | class) and log p(x) are not on one scale, and a verdict on two such models is refused."""
    terms = {name: np.ones(5) for name in ("reconstruction", "kl_closed_form", "kl_monte_carlo")}
    facts = []
    for run, given in (("vae", ""), ("cvae", "class")):
        arrays = {"likelihood": terms | {"pixels": np.array("Bernoulli"), "given": np.array(given)}}
        quantities = elbo.values(elbo.Parameters(), {})
        known = measures.facts(quantities, elbo.measure(arrays, elbo.Parameters()))[0]
        about = {key: known[key] for key in ("unit", "better", "reduction", "n")}
        facts.append(Fact(f"{run}.test.elbo", "elbo", (Measurement(1, known["value"]),), split="test", **about))
    with pytest.raises(ReportError, match=r"cannot be compared.*\n.*given the class of each image"):
        compare(*facts, by=["model"])


def test_the_cross_entropy_of_grey_pixels_is_called_that():
    """For grey pixels, reduction, printed name and a warning say that it is not a likelihood; the KL term is not affected."""
    terms = {name: np.ones(5) for name in ("reconstruction", "kl_closed_form", "kl_monte_carlo")}
    terms |= {"pixels": np.array("Bernoulli"), "grey": np.array(True)}
    found = elbo.measure({"likelihood": terms}, elbo.Parameters())
    for name in ("elbo", "elbo_monte_carlo", "reconstruction_loss"):
        assert found[name].title == f"{name}_grey"
        assert found[name].given.startswith("cross-entropy of grey pixels, no likelihood")
        assert "continuous_bernoulli" in found[name].caution
        assert all(languages.load(code).has(f"metrics.{found[name].title}") for code in languages.codes())
    assert (found["kl_loss"].title, found["kl_loss"].caution) == ("", "")
    for other in ({"grey": np.array(False)}, {"pixels": np.array("continuous Bernoulli")}):
        found = elbo.measure({"likelihood": terms | other}, elbo.Parameters())
        assert (found["elbo"].title, found["elbo"].caution) == ("", "")


def test_errors_per_image_and_per_pixel_differ_by_the_pixels():
    """The same error is given as a sum per image and as a mean per pixel, and each reduction says which."""
    errors = {"bce": np.array([10.0, 20.0]), "mse": np.array([1.0, 3.0]), "pixels": np.array(100)}
    found = reconstruction.measure({"errors": errors}, reconstruction.KIND.parameters())
    assert found["reconstruction_bce"].value == 15
    assert found["reconstruction_bce_per_pixel"].value == pytest.approx(0.15)
    how = {quantity.name: quantity.reduction for quantity in reconstruction.values(reconstruction.KIND.parameters(), {})}
    assert how["reconstruction_mse"] != how["reconstruction_mse_per_pixel"]


def square_codes():
    """Return codes on a square lattice of step 2, with classes by left and right half."""
    side = np.arange(10) * 2.0
    z = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    return {"z_mean": z, "z_log_var": np.full_like(z, np.log(4.0)), "y": (z[:, 0] > 9).astype(int)}


def test_code_statistics_of_a_lattice():
    """Range, area, density and distance of a lattice of step 2 have their known values."""
    parameters = code_statistics.Parameters(cell=1)
    found = code_statistics.measure({"codes": square_codes()}, parameters)
    assert (found["code_min_1"].value, found["code_max_2"].value, found["code_range_1"].value) == (0, 18, 18)
    assert (found["code_area"].value, found["code_density"].value) == (100, 1)
    assert found["code_neighbour_distance"].value == 2


def test_code_deviations_are_the_roots_of_the_variances():
    """A posterior of variance four has standard deviation two on every axis."""
    found = code_deviations.measure({"codes": square_codes()}, code_deviations.Parameters())
    assert found["code_sigma_2"].value == pytest.approx(2)


def test_purity_is_one_where_classes_lie_apart():
    """Neighbours in distant clusters share their class; with mixed labels half of them do."""
    random = np.random.default_rng(1)
    y = np.arange(400) % 2
    apart = {"z_mean": random.normal(size=(400, 2)) + 100 * y[:, None], "y": y}
    mixed = {"z_mean": random.normal(size=(400, 2)), "y": y}
    purity = [
        code_statistics.measure({"codes": c}, code_statistics.Parameters())["code_class_purity"].value for c in (apart, mixed)
    ]
    assert purity[0] == 1
    assert purity[1] == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("kind", [code_statistics, code_deviations])
def test_more_axes_than_coordinates(kind):
    """More axes than the code has dimensions are a mistake."""
    codes = {"z_mean": np.zeros((20, 2)), "z_log_var": np.zeros((20, 2)), "y": np.zeros(20)}
    with pytest.raises(ReportError, match="fewer dimensions"):
        kind.measure({"codes": codes}, kind.Parameters(axes=3))


def strokes():
    """Return thirty images of a bar with random position and thickness."""
    random = np.random.default_rng(2)
    x = np.zeros((30, 28, 28, 1), dtype=np.float32)
    for image in x:
        left, thick = random.integers(4, 16), random.integers(2, 6)
        image[5:23, left : left + thick] = 1
    return x


def sharp(images):
    """Return the sharpness of images relative to the strokes."""
    arrays = {"images": {"images": images}, "real": {"x": strokes()}}
    return sharpness.measure(arrays, sharpness.KIND.parameters(of="figure"))["sharpness"]


def test_the_same_images_are_as_sharp_as_themselves():
    """Real images have sharpness 1, whatever the amount of ink."""
    assert sharp(strokes()).value == pytest.approx(1)
    assert sharpness.edge_strength(strokes()).std() < 0.05


def test_blur_lowers_sharpness():
    """The wider the blur, the lower the sharpness of every image; a blank image has sharpness 0."""
    from scipy.ndimage import gaussian_filter

    widths = (0, 0.5, 1, 2)
    values = np.stack([sharp(gaussian_filter(strokes(), (0, s, s, 0))).samples for s in widths])
    assert (np.diff(values, axis=0) < 0).all()
    assert sharp(np.zeros((2, 28, 28, 1))).value == 0


def test_more_than_real_is_not_better():
    """Noise is sharper than real images, so only the distance of the ratio from 1 has a better direction."""
    from scipy.ndimage import gaussian_filter

    real = strokes()
    noisy = np.where(np.random.default_rng(0).random(real.shape) < 0.05, 1.0, real)
    found = {
        name: sharpness.measure({"images": {"images": images}, "real": {"x": real}}, sharpness.KIND.parameters(of="figure"))
        for name, images in (("real", real), ("noise", noisy), ("blur", gaussian_filter(real, (0, 0.5, 0.5, 0))))
    }
    assert found["noise"]["sharpness"].value > 1 > found["blur"]["sharpness"].value
    known = sharpness.values(sharpness.KIND.parameters(), {"images": ProbeRequest("images")})
    assert [quantity.better for quantity in known] == ["none", "lower"]
    distances = {name: values["sharpness_distance"] for name, values in found.items()}
    assert distances["real"].value == pytest.approx(0)
    for name, values in found.items():
        assert distances[name].value == pytest.approx(abs(values["sharpness"].value - 1))
        assert distances[name].samples.mean() == pytest.approx(distances[name].value)


def test_a_value_knows_on_which_images_it_rests():
    """Values belong to indices of the split for reconstructions, to pairs of them for pair means, and to none for a grid."""
    arrays = {"images": {"reconstruction": strokes(), "index": np.arange(30) * 2}, "real": {"x": strokes()}}
    parameters = sharpness.KIND.parameters()
    assert sharpness.measure(arrays, parameters)["sharpness"].units.tolist() == [*range(0, 60, 2)]
    pairs = {"images": strokes().reshape(2, 15, 28, 28, 1), "index": np.arange(60).reshape(2, 15, 2)}
    assert sharpness.measure(arrays | {"images": pairs}, parameters)["sharpness"].units.shape == (30, 2)
    assert sharp(strokes()).units is None


def agreement(images, **extra):
    """Return the agreement relative to twenty dark and twenty bright training images."""
    real = {"x": np.repeat([0.0, 1.0], 20)[:, None, None, None] * np.ones((40, 4, 4, 1)), "y": np.repeat([0, 1], 20)}
    real |= {"class_names": np.array(["dark", "bright"])}
    return class_agreement.measure({"images": {"images": images, **extra}, "real": real}, class_agreement.Parameters(of="f"))


def test_images_near_one_class_agree():
    """An image similar to one class has all five neighbours in it."""
    assert agreement(np.full((3, 4, 4, 1), 0.1))["class_agreement"].value == 1


def test_an_image_between_two_classes_does_not_agree():
    """An image whose neighbours belong to several classes does not count."""
    real = {"x": np.zeros((10, 4, 4, 1)), "y": np.arange(10) % 2, "class_names": np.array(["a", "b"])}
    found = class_agreement.measure(
        {"images": {"images": np.zeros((2, 4, 4, 1))}, "real": real}, class_agreement.Parameters(of="f", k=7)
    )
    assert found["class_agreement"].value == 0


def test_a_pair_says_which_class_its_means_look_like():
    """In an interpolation only the images between the ends count, and the majority's name and share are facts."""
    levels = np.array([0.0, 0.9, 0.8, 0.9, 0.0])[None, :, None, None, None] * np.ones((1, 5, 4, 4, 1))
    found = agreement(levels, pair_names=np.array(["0_1"]), z=np.zeros((1, 5, 2)), index=np.array([[3, 4]]))
    assert found["pair_0_1_class"].value == "bright"
    assert found["pair_0_1_share"].value == 1


def test_names_of_pairs_follow_the_request():
    """Pairs requested by class are named by class, pairs by index by index, and a grid has none."""
    parameters = class_agreement.Parameters(of="f")

    def names(requests):
        return [quantity.name for quantity in class_agreement.values(parameters, requests)]

    def asked(**given):
        return names({"images": ProbeRequest("interpolation", given)})

    assert asked(pairs=[[0, 6]], indices=None) == ["class_agreement", "pair_0_6_class", "pair_0_6_share"]
    assert asked(pairs=[[0, 6]], indices=[[10, 21]])[1] == "pair_10_21_class"
    assert names({"images": ProbeRequest("decode_grid", {})}) == ["class_agreement"]


def test_other_shapes_are_refused():
    """Images whose size is not that of the training images are refused."""
    with pytest.raises(ReportError, match="another shape"):
        agreement(np.zeros((2, 5, 5, 1)))


def logged(times):
    """Return a history with these epoch times."""
    history = {"loss": np.linspace(9, 2, len(times)), "epoch_time": np.array(times)}
    return {"history": history, "costs": {"weights_epoch": np.array(len(times) - 1)}}


def test_the_epoch_whose_weights_are_measured_is_a_fact():
    """The epoch of the measured weights is a fact, since early stopping may have restored earlier weights."""
    found = history.measure(logged([1.0, 1.0, 1.0]), history.Parameters())
    assert (found["epochs"].value, found["weights_epoch"].value) == (3, 2)
    asked = history.Parameters()
    assert set(found) == {quantity.name for quantity in history.values(asked, history.reads(asked))}


def test_one_slow_epoch_is_flagged_and_does_not_move_the_time():
    """The time per epoch is the median; a compilation epoch is flagged as an outlier, small fluctuations are not."""
    found = history.measure(logged([9.0, 2.0, 2.1, 2.0, 1.9, 2.0]), history.Parameters(terms=("loss",)))
    assert found["epoch_time"].value == 2
    assert found["epoch_time_outliers"].value == 1
    assert found["final_loss"].value == 2
    assert history.measure(logged([2.0, 2.0, 2.0, 2.01]), history.Parameters())["epoch_time_outliers"].value == 0


def test_a_term_that_was_not_logged_is_refused():
    """For an unlogged term, the message suggests the nearest name."""
    with pytest.raises(ReportError, match="Did you mean 'loss'"):
        history.measure(logged([1.0]), history.Parameters(terms=("los",)))


def test_the_last_value_of_a_term_is_what_the_model_says_it_is():
    """Unit and direction of a term are those that the model declares, including on held-out images; other terms have none."""
    said = {"loss": Term("loss", "nats/image", better="lower"), "accuracy": Term("accuracy", better="higher")}
    request = replace(history.reads(history.Parameters())["history"], terms=said)
    asked = history.Parameters(terms=("loss", "test_loss", "val_accuracy", "codebook_loss"))
    known = {quantity.name: (quantity.unit, quantity.better) for quantity in history.values(asked, {"history": request})}
    assert [known[f"final_{term}"] for term in asked.terms] == [
        ("nats/image", "lower"),
        ("nats/image", "lower"),
        ("", "higher"),
        ("", "none"),
    ]
