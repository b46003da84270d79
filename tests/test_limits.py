"""Every limit states its name, its bound and the option that raises it."""

from __future__ import annotations

import pytest

from report_builder.errors import ReportError, UsageError
from report_builder.limits import LIMITS, NESTING, VARIABLE, YAML_BYTES, allow


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")  # restored afterwards, whatever a test allows


@pytest.mark.parametrize("name", LIMITS)
def test_the_message_leads_on(name: str) -> None:
    """The option that a message names is accepted, and lets the refused amount pass."""
    limit = LIMITS[name]
    limit.hold(limit.value, "here")
    with pytest.raises(ReportError) as caught:
        limit.hold(limit.value * 1.5, "here")
    (problem,) = caught.value.problems
    assert problem.where == "here"
    assert limit.told(limit.default) in problem.allowed
    allow([problem.next_step.rpartition("--limit ")[2]])
    limit.hold(limit.default * 1.5, "here")


@pytest.mark.parametrize(
    ("amount", "proposed"), [(5_100_000, "10000000"), (11_000_001, "12000000"), (123_456_789, "130000000"), (0, "10000000")]
)
def test_what_is_proposed_is_enough(amount: int, proposed: str) -> None:
    """The proposed bound is at least what was refused, and at most what is needed (rounded) or twice the bound."""
    assert YAML_BYTES.problem("here", amount).next_step.endswith(f"--limit yaml_bytes={proposed}")


def test_more_than_is_ever_allowed() -> None:
    """Above the absolute maximum, no bound is proposed."""
    assert NESTING.problem("here", 99).next_step.endswith("--limit nesting=100")
    assert NESTING.problem("here", 101).next_step == "More than 100 levels is never allowed."


def test_amounts_as_people_write_them() -> None:
    """Bytes are printed with a decimal prefix, other amounts with their unit."""
    assert [YAML_BYTES.told(n) for n in (12, 5e6, 5_120_000, 4e9)] == ["12 bytes", "5 MB", "5.12 MB", "4 GB"]
    assert LIMITS["sweep_arms"].told(1_000_000) == "1000000 arms"


@pytest.mark.parametrize("setting", ["yaml_byte=1", "yaml_bytes", "yaml_bytes=", "yaml_bytes=-1", "yaml_bytes=nan", "=3"])
def test_what_is_no_limit(setting: str) -> None:
    """An unknown name or a value that is not a positive number is a usage error."""
    with pytest.raises(UsageError):
        allow([setting])


def test_the_last_word_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line overrides the environment, and a later option an earlier one."""
    monkeypatch.setenv(VARIABLE, "yaml_bytes=7")
    assert YAML_BYTES.value == 7
    allow(["yaml_bytes=8", "yaml_bytes=9"])
    assert YAML_BYTES.value == 9
