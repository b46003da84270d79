"""The number of parallel jobs, as given by the user."""

from __future__ import annotations

import pytest

from report_builder.cli.parser import Options, parser

COMMANDS = (("build", "lab"), ("figure", "codes", "--report", "lab"), ("task", "1", "--report", "lab"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_the_option_the_environment_and_neither(command, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--jobs` takes precedence over REPORT_BUILDER_JOBS; without either, the machine decides."""
    monkeypatch.delenv("REPORT_BUILDER_JOBS", raising=False)
    assert parser().parse_args(command, Options()).jobs is None
    monkeypatch.setenv("REPORT_BUILDER_JOBS", "3")
    assert parser().parse_args(command, Options()).jobs == 3
    assert parser().parse_args([*command, "--jobs", "2"], Options()).jobs == 2


@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5", ""])
def test_what_is_no_number(number: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An invalid number of jobs in the environment is a usage error."""
    monkeypatch.setenv("REPORT_BUILDER_JOBS", number)
    with pytest.raises(SystemExit) as stopped:
        parser().parse_args(["build", "lab"])
    assert stopped.value.code == 2
    assert f"{number!r} is not a number of jobs" in capsys.readouterr().err
