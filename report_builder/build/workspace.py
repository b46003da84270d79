"""Locations of a project's files, from options and environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.project import VARIABLE, Project, expanded, is_file, resolved
from report_builder.records import frozen
from report_builder.spec import Loaded, is_id

VARIABLES = {
    "experiments": "REPORT_BUILDER_EXPERIMENTS",
    "templates": "REPORT_BUILDER_TEMPLATES",
    "store": "REPORT_BUILDER_STORE",
    "build": "REPORT_BUILDER_BUILD",
    "figures": "REPORT_BUILDER_FIGURES",
    "data": "REPORT_BUILDER_DATA",
}
_DEFAULTS = {
    "experiments": "experiments",
    "templates": "templates",
    "store": "runs",
    "build": "build",
    "figures": "figures",
    "data": "data",
}


@frozen
class Workspace:
    """Root folders of a project; `data` may list several folders, and `allowed` lists further folders that may be read."""

    experiments: Path
    templates: Path
    store: Path
    build: Path
    figures: Path
    data: tuple[Path, ...]
    allowed: tuple[Path, ...] = ()

    @classmethod
    def find(cls, options: Mapping[str, str | Sequence[str] | None], environment: Mapping[str, str] = os.environ) -> Workspace:
        """Build a workspace: options override environment variables, which override the default names in the current folder."""

        def root(name: str) -> str:
            return str(options.get(name) or environment.get(VARIABLES[name]) or _DEFAULTS[name])

        folders = {name: expanded(root(name)) for name in ("experiments", "templates", "store", "build", "figures")}
        named = [*(options.get("roots") or ()), *filter(None, environment.get(VARIABLE, "").split(os.pathsep))]
        data, allowed = (tuple(map(expanded, texts)) for texts in (root("data").split(os.pathsep), named))
        return cls(**folders, data=data, allowed=allowed)

    @classmethod
    def at(cls, folder: Path, data: tuple[Path, ...] = ()) -> Workspace:
        """Return the workspace of a project in a folder, regardless of the environment."""
        names = ("experiments", "templates", "store", "build", "figures")
        experiments, templates, store, build, figures = (folder / _DEFAULTS[name] for name in names)
        return cls(experiments, templates, store, build, figures, data)

    def project(self, experiment: Path) -> Project:
        """Return what an experiment may read."""
        return Project.of(self.experiments, self.templates, experiment, self.allowed)

    def reports(self) -> list[str]:
        """Return the names of the reports here; files whose name is not a valid id are skipped."""
        return sorted(path.stem for path in self.experiments.glob("*.yaml") if is_id(path.stem))

    def experiment(self, report: str) -> Path:
        """Return the experiment file of a report, given by name in the folder of experiments or by path anywhere.

        Raises:
            ReportError: there is no such report, or its file may not be read.
        """
        if report.endswith((".yaml", ".yml")) and is_file(Path(report)):
            return Path(report)
        named = self.experiments / f"{report}.yaml"
        if is_id(report) and is_file(named):
            if refused := self.project(self.experiments / "any").refusal(named, str(self.experiments), report):
                raise ReportError(refused)
            return named
        known = near_miss(report, self.reports())
        raise ReportError(
            Problem(
                str(self.experiments),
                "no such report",
                repr(report),
                known,
                "Give a name from there, or the path of a YAML file.",
            )
        )

    def template(self, loaded: Loaded) -> Path:
        """Return the template of a report, from the folder of templates or the folder of the experiment.

        Raises:
            ReportError: there is no such template, or it may not be read.
        """
        name = loaded.experiment.report.template or f"{loaded.name}.md"
        where = loaded.where("report", "template") if loaded.experiment.report.template else loaded.where("report")
        places = (self.templates / name, loaded.file.parent / name)
        for path in places:
            if refused := loaded.project.refusal(path, where, name):
                raise ReportError(refused)
            if is_file(path):
                return resolved(path) if path.is_symlink() else path
        known = near_miss(name, (p.name for p in self.templates.glob("*.md")))
        step = "Write it there, or set report.template."
        raise ReportError(Problem(where, "no such template", str(places[0]), known, step))

    def outputs(self, loaded: Loaded) -> tuple[Path, Path]:
        """Return the folders of the document and of its figures; a profile other than the default has its own."""
        name = loaded.name if loaded.is_default_profile else f"{loaded.name}@{loaded.profile}"
        return self.build / name, self.figures / name
