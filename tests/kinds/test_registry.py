"""All code of a kind in a user's file is in that file, or in installed packages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import METRICS, Measured, Metric, Parameters, Registry, _registry, own_module
from report_builder.kinds.contract import lacks

BESIDE = ["import helper", "import helper.inner as h", "from helper import f", "from . import helper", "from .helper import f"]


@pytest.mark.parametrize("statement", [*BESIDE, "def later():\n    import helper"])
def test_a_file_beside_it_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    """A second file next to it, whose changes would be in no key, is refused with the line, even if Python could import it."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "helper.py").write_text("def f():\n    return 1\n")
    (tmp_path / "mine.py").write_text(f"import math\n{statement}\n")
    with pytest.raises(ReportError) as error:
        own_module(tmp_path / "mine.py", "model")
    (problem,) = error.value.problems
    line = 2 + statement.count("\n")
    assert problem.rule == f"mine.py:{line} imports a file beside it"
    assert problem.received in {"helper", "helper.inner", ".", ".helper"}
    assert problem.next_step


def test_a_folder_beside_it_is_not_imported(tmp_path: Path) -> None:
    """A package of the user's own, which has more than one file, is refused."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "__init__.py").write_text("")
    (tmp_path / "mine.py").write_text("from parts import anything\n")
    with pytest.raises(ReportError, match=r"mine\.py:1 imports a file beside it"):
        own_module(tmp_path / "mine.py", "layer")


def test_what_is_installed_is_imported(tmp_path: Path) -> None:
    """Installed packages are imported, even if a file next to the kind has the same name."""
    (tmp_path / "random.py").write_text("")
    (tmp_path / "mine.py").write_text("import random\nimport numpy as np\nfrom report_builder import kinds\n")
    assert own_module(tmp_path / "mine.py", "metric").random.random


METRIC = '''"""{doc}"""
from report_builder.kinds import Measured, Metric, Parameters, ProbeRequest, Quantity
KIND = Metric(
    parameters=Parameters,
    reads=lambda parameters: {{"codes": ProbeRequest("codes")}},
    values=lambda parameters, requests: [Quantity("length", reduction="mean over images")],
    measure=lambda arrays, parameters: {{"length": Measured(1.0, 1)}},
)
'''


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Registry[Metric[Parameters]]]]:
    """`install(package, text, *names)` installs a package of one module with this text that offers metrics of these names."""
    monkeypatch.syspath_prepend(tmp_path)

    def installed(package: str, text: str, *names: str) -> Registry[Metric[Parameters]]:
        (tmp_path / f"{package}.py").write_text(text)
        about = tmp_path / f"{package}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        offers = "\n".join(f"{name} = {package}" for name in names)
        (about / "entry_points.txt").write_text(f"[report_builder.metrics]\n{offers}\n")
        _registry.offers.cache_clear()
        return Registry("metrics", METRICS.package, "metric", Metric)

    yield installed
    _registry.offers.cache_clear()


def test_an_installed_package_adds_a_kind(install: Callable[..., Registry[Metric[Parameters]]]) -> None:
    """A kind of an installed package is found by its entry point's name, next to built-in ones, with file and summary."""
    registry = install("code_lengths", METRIC.format(doc="Lengths of codes."), "code_length")
    kind = registry.get("code_length")
    assert {"code_length", "elbo"} <= set(registry.names())
    assert (kind.name, kind.summary, kind.file.name) == ("code_length", "Lengths of codes.", "code_lengths.py")
    assert lacks(registry, "code_length") == ()


@pytest.mark.parametrize(("packages", "name"), [(("one_lab", "other_lab"), "length"), (("one_lab",), "elbo")])
def test_two_packages_with_one_name_are_refused(
    install: Callable[..., Registry[Metric[Parameters]]], packages: tuple[str, ...], name: str
) -> None:
    """If two packages, possibly including this one, offer a kind of the same name, it is refused and both are named."""
    for package in packages:
        registry = install(package, METRIC.format(doc="x"), name)
    with pytest.raises(ReportError, match="several packages have a metric of this name") as error:
        registry.get(name)
    assert all(package in str(error.value) for package in packages)
    assert len(packages) == 2 or "of report_builder and of one_lab" in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def probes(p):\n    return {}\ndef names(p, r):\n    return []", "KIND = Metric(parameters=Parameters, reads=reads"),
    ],
)
def test_a_broken_package_costs_its_kind_alone(
    install: Callable[..., Registry[Metric[Parameters]]], text: str, said: str
) -> None:
    """An error in a package is reported when its kind is used, and leaves every other kind available."""
    registry = install("broken_lab", text, "broken")
    assert "elbo" in dict(registry)
    assert "broken" not in dict(registry)
    with pytest.raises(ReportError) as error:
        registry.get("broken")
    assert said in str(error.value)
    assert lacks(registry, "broken") == error.value.problems


def test_a_mistake_in_an_installed_kind_is_its_packages(install: Callable[..., Registry[Metric[Parameters]]]) -> None:
    """An exception in a function of an installed kind is reported with the file and the package to repair."""
    registry = install("wrong_lab", METRIC.format(doc="x").replace("Measured(1.0, 1)", "1 / 0"), "wrong")
    with pytest.raises(ReportError, match=r"wrong_lab\.py:7(.|\n)*installed package 'wrong_lab': repair it"):
        registry.get("wrong").measure({}, Parameters())


POOR = [  # what is replaced, its replacement that leaves something out, and the expected message
    ("", "", ""),
    (
        "ProbeRequest, Quantity\n",
        "ProbeRequest, Quantity\nclass Parameters(Parameters):\n    k: int = 3\n",
        "'k' has no description",
    ),
    (
        "ProbeRequest, Quantity\n",
        "ProbeRequest, Quantity\nclass Parameters(Parameters):\n    split: str = 'test'\n",
        "Annotated[..., Role.SPLIT]",
    ),
    (', reduction="mean over images"', "", "'length' states no reduction"),
    ('[Quantity("length", reduction="mean over images")]', "[]", "'values' declares nothing"),
    ('{"codes": ProbeRequest("codes")}', "{}", "'reads' asks for nothing"),
    ('ProbeRequest("codes")', 'ProbeRequest("coeds")', "unknown probe"),
    ('reduction="mean over images")]', 'reduction="mean over images")] * 2', "two quantities have one name"),
    ("values=", "valeus=", "valeus"),
]


@pytest.mark.parametrize(("old", "new", "said"), POOR)
def test_what_a_poor_metric_lacks(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each omission gives one message, the same that `list metrics --check` prints."""
    (tmp_path / "mine.py").write_text(METRIC.format(doc="Mine.").replace(old, new) if old else METRIC.format(doc="Mine."))
    found = lacks(METRICS, "./mine.py", tmp_path)
    assert bool(found) == bool(said), found
    assert said in "".join(map(str, found))


@pytest.mark.parametrize("value", [2.0, 2.01])
def test_samples_are_those_of_a_mean(value: float) -> None:
    """Samples whose mean is not the value (such as a median) are refused, since they would be compared as a mean."""
    samples = np.array([1.0, 2.0, 9.0])
    assert Measured.mean(samples).value == 4
    with pytest.raises(ValueError, match=f"whose mean is the value \\(4, not {value:.6g}\\): leave them out"):
        Measured(value, 3, samples)
