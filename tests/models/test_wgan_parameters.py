"""Parameters of the Wasserstein models: constraints, presets, printed losses, and suitable data."""

from __future__ import annotations

import pytest

from report_builder.kinds import MODELS, Condition, Layout

NAMES = ("conditional_wgan", "wgan")
BOTH = pytest.mark.parametrize("name", NAMES)
CLASS, POSITION = Condition("class", ("zero", "one", "two")), Condition("position", ("row", "column"))


@BOTH
def test_the_printed_losses_are_those_of_the_constraint(name):
    """The equation has the penalty and lambda, or the weight limits, and the condition if there is one."""
    kind = MODELS.get(name)
    penalised = kind.equation(kind.parameters(penalty_weight=3))
    clipped = kind.equation(kind.parameters(lipschitz="clip", clip_value=0.02))
    assert r"\lambda \left(" in penalised.latex
    assert r"\nabla" not in clipped.latex
    assert {r"\lambda = 3"} == {symbol for symbol, _ in penalised.symbols if "=" in symbol}
    assert {"a = 0.02"} == {symbol for symbol, _ in clipped.symbols if "=" in symbol}
    assert all((", c)" in equation.latex) is (name != "wgan") for equation in (penalised, clipped))
    assert all(r"\sigma" not in equation.latex for equation in (penalised, clipped))


@BOTH
def test_a_constraint_is_written_out_and_the_other_is_not(name):
    """Resolved parameters hold the constraint in use, by default with the paper's value, and null for the other one."""
    parameters = MODELS.get(name).parameters
    assert (parameters().clip_value, parameters().penalty_weight) == (None, 10)
    clipped = parameters(lipschitz="clip")
    assert (clipped.clip_value, clipped.penalty_weight) == (0.01, None)
    assert parameters.model_validate_json(clipped.model_dump_json(), strict=True) == clipped


@BOTH
def test_listings_hold_only_the_constraint_that_runs(name):
    """With clipped weights, listings have the clipping and no penalty, and vice versa."""
    kind = MODELS.get(name)
    printed = {
        chosen: {
            function.rpartition(".")[2]
            for names in kind.listings(kind.parameters(lipschitz=chosen)).values()
            for function in names
        }
        for chosen in ("clip", "gradient_penalty")
    }
    assert printed["clip"] ^ printed["gradient_penalty"] == {"clip", "gradient_penalty"}
    assert "clip" in printed["clip"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"clip_value": 0.1}, "'lipschitz: clip' only"),
        ({"lipschitz": "clip", "penalty_weight": 5}, "gradient_penalty' only"),
        ({"penalty_weight": None}, "needs a value"),
        ({"critic": ["Flatten", "BatchNormalization"]}, "LayerNormalization does"),
    ],
)
def test_what_does_not_go_with_the_constraint_is_refused(given, said):
    """A clip value or batch statistics with the penalty, or a penalty weight with clipping, is a mistake."""
    with pytest.raises(ValueError, match=said):
        MODELS.get("wgan").parameters(**given)


@BOTH
def test_half_the_width_is_a_preset(name):
    """The preset halves each filter count of both networks and nothing else."""
    kind = MODELS.get(name)
    full, half = kind.parameters().model_dump(), kind.parameters(**kind.presets["half_width"].parameters).model_dump()
    assert {key for key in full if full[key] != half[key]} == {"generator_filters", "critic_filters"}
    assert all(half[key] == tuple(number // 2 for number in full[key]) for key in ("generator_filters", "critic_filters"))


@pytest.mark.parametrize(
    ("name", "layout", "said"),
    [
        ("wgan", Layout((28, 28, 1), (-1, 1)), ""),
        ("wgan", Layout((28, 28, 1), (0, 1)), "range: symmetric"),
        ("wgan", Layout((42, 42, 1), (-1, 1)), "multiples of 4"),
        ("conditional_wgan", Layout((28, 28, 1), (-1, 1)), "one_hot"),
        ("conditional_wgan", Layout((28, 28, 1), (-1, 1), conditions=(CLASS, POSITION)), ""),
        ("conditional_wgan", Layout(None, (-1, 1), conditions=(CLASS,)), ""),
    ],
)
def test_data_that_does_not_fit_is_refused_with_what_helps(name, layout, said):
    """An unsuitable size or range and a missing condition are refused before training; unknown properties are not."""
    kind = MODELS.get(name)
    why = kind.refuses(kind.parameters(), layout)
    assert said in why
    assert bool(why) is bool(said)
