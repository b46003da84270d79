"""Where things are: one value, made from options and environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.spec import Loaded

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


@dataclass(frozen=True)
class Workspace:
    """Root folders of a project; `data` may name several folders."""

    experiments: Path
    templates: Path
    store: Path
    build: Path
    figures: Path
    data: tuple[Path, ...]

    @classmethod
    def find(cls, options: Mapping[str, str | None], environment: Mapping[str, str] = os.environ) -> Workspace:
        """An option wins over its environment variable, which wins over the folder of that name in the current folder."""

        def root(name: str) -> str:
            return options.get(name) or environment.get(VARIABLES[name]) or _DEFAULTS[name]

        folders = {name: Path(root(name)).expanduser() for name in ("experiments", "templates", "store", "build", "figures")}
        return cls(**folders, data=tuple(Path(part).expanduser() for part in root("data").split(os.pathsep)))

    def reports(self) -> list[str]:
        """Names of the reports here."""
        return sorted(path.stem for path in self.experiments.glob("*.yaml"))

    def experiment(self, report: str) -> Path:
        """The experiment file of a report given by name or path."""
        path = Path(report)
        if path.suffix in (".yaml", ".yml") and path.is_file():
            return path
        named = self.experiments / f"{report}.yaml"
        if named.is_file():
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
        """The template of a report: in the folder of templates, or beside the experiment file."""
        name = loaded.experiment.report.template or f"{loaded.name}.md"
        places = (self.templates / name, loaded.file.parent / name)
        for path in places:
            if path.is_file():
                return path
        known = sorted(p.name for p in self.templates.glob("*.md"))
        where = loaded.where("report", "template") if loaded.experiment.report.template else loaded.where("report")
        raise ReportError(
            Problem(
                where, "no such template", str(places[0]), near_miss(name, known), "Write it there, or set report.template."
            )
        )

    def outputs(self, loaded: Loaded) -> tuple[Path, Path]:
        """Folders of the document and of the published figures; another profile than the default has its own."""
        name = loaded.name if loaded.is_default_profile else f"{loaded.name}@{loaded.profile}"
        return self.build / name, self.figures / name
