"""A worker's answers about a user's model: the description of its file, and the verdict on a run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from report_builder.errors import ReportError
from report_builder.plan.own_parameters import parameters_of
from report_builder.store import Step, Store
from report_builder.train import answers, descriptions

OWN = Path(__file__).parent / "own"
CLASS = {"kind": "class", "names": ["a", "b", "c"]}
LAYOUT = {"image_shape": [8, 8, 1], "value_range": [0, 1], "class_names": ["a", "b", "c"], "conditions": [CLASS]}
MODEL = """\
'''Scales images.'''

from typing import Annotated

import keras
from keras import ops
from pydantic import field_validator

from report_builder import kinds


class Parameters(kinds.Parameters):
    latent_dim: Annotated[int, kinds.Role.LATENT] = 3
    factor: float = 1.0

    @field_validator("factor")
    @classmethod
    def _not_two(cls, value):
        if value == 2:
            raise ValueError("two is too much")
        return value


def equation(parameters):
    return kinds.Equation(f"{parameters.factor:g} x", (("x", "image"),))


class Scale(keras.Model):
    def __init__(self, image_shape, latent_dim, factor):
        super().__init__()
        self.flat, self.code = keras.layers.Flatten(), keras.layers.Dense(latent_dim)
        self.pixels, self.image = keras.layers.Dense(64), keras.layers.Reshape(image_shape)
        self.factor = factor

    def call(self, x):
        return self.decode(self.encode(x))

    def compute_loss(self, x, y, y_pred, sample_weight=None):
        return ops.mean((self.factor * x - y_pred) ** 2)

    def encode(self, x):
        return self.code(self.flat(x))

    def decode(self, z):
        return self.image(self.pixels(z))

    def sample(self, n, seed):
        return self.decode(keras.random.normal((n, 3), seed=seed))


def build(parameters, sizes):
    return Scale(sizes.image_shape, parameters.latent_dim, parameters.factor)


KIND = kinds.Model(
    title={"pl": "skala"},
    parameters=Parameters,
    build=build,
    provides={"encode", "decode", "sample"},
    terms=(kinds.Term("gap", "px", title="distance"), kinds.Term("loss", better="lower")),
    equation=equation,
    listings={"loss": ("Scale.compute_loss",)},
)
"""


@pytest.fixture
def own(tmp_path: Path):
    """A function that writes the model, changed in one place, and returns its folder."""

    def write(old: str = "", new: str = "") -> Path:
        assert old in MODEL
        (tmp_path / "scale.py").write_text(MODEL.replace(old, new) if old else MODEL)
        return tmp_path

    return write


def verdict(folder: Path, kind: str = "./scale.py", layout=LAYOUT, **parameters):
    """Return the stored answer."""
    model = (
        {"kind": kind, **parameters} if parameters or kind != "./scale.py" else {"kind": kind, "latent_dim": 3, "factor": 1.0}
    )
    step = Step("answer", (), {"asks": "verdict", "model": model, "layout": layout})
    with Store(folder / "store").claim(step) as work:
        answers.answer(work, folder)
        return work.done.json("answer.json")


def refused(folder: Path, *arguments, **parameters):
    """Return the problems of a verdict, which leaves nothing stored."""
    with pytest.raises(ReportError) as error:
        verdict(folder, *arguments, **parameters)
    assert not Store(folder / "store").all("answer")
    return error.value.problems


def mistakes(folder: Path) -> str:
    """Return the message about an invalid file."""
    with pytest.raises(ReportError) as error:
        descriptions.describe("./scale.py", folder)
    return str(error.value)


# --- descriptions -------------------------------------------------------------------------------------------------------------


def test_a_description(own) -> None:
    """The description has everything that the front process must know, as JSON."""
    said = descriptions.describe("./scale.py", own())
    assert said["summary"] == "Scales images."
    assert said["defaults"] == {"latent_dim": 3, "factor": 1.0}
    assert said["schema"]["properties"]["latent_dim"]["type"] == "integer"
    assert said["provides"] == ["decode", "encode", "sample"]
    assert said["title"] == {"pl": "skala"}
    assert said["terms"][0] == {"name": "gap", "unit": "px", "title": {"": "distance"}, "better": "none"}
    assert said["terms"][1] == {"name": "loss", "unit": "", "title": "", "better": "lower"}
    assert said["latent"] == ("latent_dim",)
    assert said["listings"] == {"loss": ["Scale.compute_loss"]}


@pytest.mark.parametrize("name", ["small_gan", "classes"])
def test_a_plain_file_is_described(name: str) -> None:
    """A file without titles, listings and equation is described, and named after the file in every language."""
    said = descriptions.describe(f"./{name}.py", OWN)
    assert said["title"] == {"": name.replace("_", " ")}
    assert (said["listings"], said["presets"], said["defaults"]) == ({}, {}, {})


def test_parameters_that_extend_those_of_a_model_of_ours(own) -> None:
    """Defaults that depend on other parameters are left to the file, so that another choice remains possible."""
    folder = own("class Parameters(kinds.Parameters):", "class Parameters(kinds.MODELS.get('wgan').parameters):")
    said = descriptions.describe("./scale.py", folder)
    assert said["defaults"]["penalty_weight"] == 10
    assert said["following"] == ["clip_value", "penalty_weight"]
    read = parameters_of(said["schema"], said["defaults"], said["following"])
    assert verdict(folder, "./scale.py", None, **read(lipschitz="clip").model_dump(mode="json"))
    assert read(penalty_weight=3).model_dump(mode="json")["penalty_weight"] == 3


OLD = """\
TITLE = "scale"
PROVIDES = {"encode"}
LISTINGS = {}


class Parameters:
    pass


def build(image_shape, latent_dim):
    return None
"""


def test_a_file_in_the_old_form_is_refused_with_the_lines_to_write(own) -> None:
    """For a file with constants and functions at the top level, the message gives the KIND that it must end with."""
    folder = own()
    (folder / "scale.py").write_text(OLD)
    found = mistakes(folder)
    assert "scale.py declares no model" in found
    assert "KIND = Model(parameters=Parameters, build=build, provides=PROVIDES, title=TITLE, listings=LISTINGS)" in found


def test_everything_that_is_wrong_in_a_file_is_said(own) -> None:
    """Misspelt names, with suggestions, and a function in place of a constant are all reported at once."""
    folder = own('provides={"encode", "decode", "sample"}', 'provides={"decoder"}, takes=("z",)')
    text = (folder / "scale.py").read_text().replace('"Scale.compute_loss"', '"Scale.loss"')
    (folder / "scale.py").write_text(text.replace("terms=(", "terms=lambda _: ("))
    found = mistakes(folder)
    assert "'provides' names what does not exist\n  Received: 'decoder'" in found
    assert "Did you mean 'decode'?" in found
    assert "'takes' names what does not exist\n  Received: 'z'" in found
    assert "'listings' names what is not in the file\n  Received: 'Scale.loss'" in found
    assert "in a file of your own 'terms' is no function" in found


def test_build_takes_the_parameters_and_the_sizes(own) -> None:
    """A wrong number of arguments is reported before anything is built."""
    found = mistakes(own("def build(parameters, sizes):", "def build(parameters, sizes, factor):"))
    assert "'build' is given 2 arguments" in found


def test_what_a_poor_model_lacks(own) -> None:
    """Each omission that a report would miss gives one message."""
    folder = own()
    text = (
        MODEL[: MODEL.index("KIND =")].replace("Annotated[int, kinds.Role.LATENT]", "int").replace("'''Scales images.'''", "")
    )
    (folder / "scale.py").write_text(text + 'KIND = kinds.Model(parameters=Parameters, build=build, provides={"encode"})\n')
    rules = [problem["rule"] for problem in descriptions.lacking("./scale.py", folder)["lacks"]]
    assert rules == [
        "the parameter 'latent_dim' has no description",
        "the parameter 'latent_dim' does not say what it means to the plan",
        "the parameter 'factor' has no description",
        "it has no terms",
        "it does not state its loss",
        "its code is one vector, and no parameter says how long it is",
    ]


def test_a_file_that_cannot_be_run(own) -> None:
    """The message gives its line and Python's message."""
    assert "scale.py:6 cannot be run\n  Received: ImportError" in mistakes(
        own("import ops\nfrom pyd", "import ops, nops\nfrom pyd")
    )


# --- verdicts -----------------------------------------------------------------------------------------------------------------


def test_a_model_that_fits(own) -> None:
    """The verdict has the equation of the loss for these parameters."""
    said = verdict(own(), latent_dim=3, factor=0.5)
    assert said == {"equation": {"latex": "0.5 x", "symbols": [["x", {"": "image"}]]}}


@pytest.mark.parametrize("name", ["small_gan", "classes"])
def test_models_of_other_sorts_fit(tmp_path: Path, name: str) -> None:
    """Two networks with two optimisers and a condition, and a classifier that gets the classes, are accepted."""
    shutil.copy(OWN / f"{name}.py", tmp_path)
    assert verdict(tmp_path, f"./{name}.py") == {"equation": None}


BROKEN = {
    "in build": ("    return Scale(", "    sizes.size\n    return Scale(", "AttributeError at scale.py:52, in build"),
    "in the first step": ("self.factor * x - y", "self.factr * x - y", "AttributeError at scale.py:39, in compute_loss"),
    "no method": ("    def sample(", "    def draw(", "'provides' names 'sample', and the model has no method sample(n, seed)"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_breaks_is_said_with_its_line(own, case: str) -> None:
    """An exception is reported at the model's kind with file and line, and a missing method by name."""
    old, new, rule = BROKEN[case]
    assert [(problem.where, problem.rule) for problem in refused(own(old, new))] == [("kind", rule)]


def test_what_a_method_gives_is_checked(own) -> None:
    """`sample` must return images and `encode` codes, and the message gives both shapes."""
    folder = own("return self.decode(keras.random.normal((n, 3), seed=seed))", "return keras.random.normal((n, 3), seed=seed)")
    (problem,) = refused(folder)
    assert problem.rule == "sample does not return what 'provides' says"
    assert (problem.received, problem.allowed) == ("3 values; scale.py:47, sample", "20 images: 8 x 8 x 1.")


GIVEN = {  # what a method returns instead -> the received and the expected value of the message
    "three tensors": (
        "return self.code(self.flat(x))",
        "return [self.code(self.flat(x))] * 3",
        "encode",
        "list of 3: 3 values;",
    ),
    "a number": ("return self.code(self.flat(x))", "return 1.5", "encode", "float"),
}


@pytest.mark.parametrize("case", GIVEN)
def test_what_is_no_tensor_is_told(own, case: str) -> None:
    """For an encoder that returns three tensors, the message gives method, result and expectation, without a traceback."""
    old, new, method, received = GIVEN[case]
    folder = own("self.decode(self.encode(x))", "self.decode(self.code(self.flat(x)))")
    file = folder / "scale.py"
    file.write_text(
        file.read_text().replace(f"    def encode(self, x):\n        {old}", f"    def encode(self, x):\n        {new}")
    )
    (problem,) = refused(folder)
    assert problem.rule.startswith(f"{method} does not return what")
    assert problem.received.startswith(received)
    assert problem.received.endswith(f"; scale.py:41, {method}")
    assert problem.allowed == "One vector for each image, shape (n, d)."
    assert problem.next_step


def test_numbers_in_place_of_one_for_each_image_are_told(own) -> None:
    """If `elbo_terms` returns Python numbers, the message gives each term with its type."""
    folder = own("    def sample(", "    def elbo_terms(self, x, samples):\n        return {'kl': 1.5}\n\n    def sample(")
    file = folder / "scale.py"
    file.write_text(file.read_text().replace('"sample"}', '"sample", "likelihood"}'))
    (problem,) = refused(folder)
    assert "elbo_terms does not return what" in problem.rule
    assert problem.received == "kl: float; scale.py:47, elbo_terms"
    assert problem.allowed.startswith("A mapping of reconstruction, kl_closed_form, kl_monte_carlo: one number for each image")


def test_a_check_of_the_file_itself_is_said_at_the_parameter(own) -> None:
    """A validator in the user's file refuses a value with its own message."""
    (problem,) = refused(own(), latent_dim=3, factor=2)
    assert (problem.where, problem.rule, problem.received) == ("factor", "two is too much", "2")


def test_data_that_the_model_refuses(own) -> None:
    """Its own `refuses` is called with what is known of the data."""
    folder = own("    equation=equation,", "    equation=equation,\n    refuses=lambda _, layout: f'no {layout.image_shape}',")
    (problem,) = refused(folder)
    assert problem.allowed == "No (8, 8, 1)."


def test_what_is_not_known_is_not_tried(own) -> None:
    """Without the shape of the images, the verdict still has the equation."""
    said = verdict(own(), layout=LAYOUT | {"image_shape": None})
    assert said["equation"]["latex"] == "1 x"


UNKNOWN = {  # unknown part of the layout -> a model that needs it
    "classes": ({"class_names": None, "conditions": []}, "classes.py"),
    "condition": ({"class_names": None, "conditions": [CLASS | {"names": []}]}, "small_gan.py"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_only_reading_the_data_tells_refuses_nothing(tmp_path: Path, case: str) -> None:
    """A model that needs class names is not refused if the layout merely does not know them."""
    layout, file = UNKNOWN[case]
    shutil.copy(OWN / file, tmp_path)
    assert verdict(tmp_path, f"./{file}", LAYOUT | layout) == {"equation": None}


def test_layers_for_classes_that_only_reading_tells(tmp_path: Path) -> None:
    """A built-in classifier is not refused if the classes are merely unknown."""
    layers = [{"kind": "Flatten"}, {"kind": "Dense", "units": 4}]
    assert verdict(tmp_path, "classifier", LAYOUT | {"class_names": None}, network=layers) == {"equation": None}


def test_a_condition_that_the_data_does_not_have(tmp_path: Path) -> None:
    """If no data step makes a condition, as the plan knows, a conditional model is refused."""
    shutil.copy(OWN / "small_gan.py", tmp_path)
    (problem,) = refused(tmp_path, "./small_gan.py", LAYOUT | {"conditions": []})
    assert "needs a condition, which the data set does not have" in problem.rule


def test_layers_of_a_built_in_model(tmp_path: Path) -> None:
    """The problem gives the place in the list, and nothing else of the model is tried."""
    layers = [{"kind": "Flatten"}, {"kind": "MaxPooling2D"}]
    (problem,) = refused(tmp_path, "classifier", network=layers)
    assert problem.where == "network.1"
    assert "64 values came in" in problem.received
