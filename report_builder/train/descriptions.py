"""Description of a model in a user's own file, which the front process reads instead of running the file."""

from __future__ import annotations

from pathlib import Path

from report_builder.errors import ReportError
from report_builder.kinds import MODELS, Role, by_language, names_of
from report_builder.kinds.contract import lacks, wrong_model
from report_builder.plain import Fields


def describe(kind: str, beside: Path | None) -> Fields:
    """Describe everything that the front process may know of a file.

    Raises:
        ReportError: names everything that is wrong with it.
    """
    model = MODELS.get(kind, beside=beside)
    if mistakes := [*wrong_model(model)]:
        raise ReportError(*mistakes)
    terms, listings = () if callable(model.terms) else model.terms, {} if callable(model.listings) else model.listings
    fields = model.parameters.model_fields
    defaults = model.parameters.model_construct().model_dump(mode="json", warnings=False)
    return {
        "summary": model.summary,
        "schema": model.parameters.model_json_schema(),
        "defaults": {name: defaults[name] for name, field in fields.items() if not field.is_required()},
        "following": [name for name, field in fields.items() if field.default_factory_takes_validated_data],
        "latent": names_of(model.parameters, Role.LATENT),
        "provides": sorted(model.provides),
        "takes": list(model.takes),
        "code": model.code,
        "title": model.title,
        "terms": [vars(term) | {"title": by_language(term.title) if term.title else ""} for term in terms],
        "listings": {part: list(names) for part, names in listings.items()},
        "presets": {
            name: {"title": by_language(preset.title), "parameters": dict(preset.parameters)}
            for name, preset in model.presets.items()
        },
    }


def lacking(kind: str, beside: Path | None) -> Fields:
    """Describe everything that a file lacks, as reported by `list models --check`."""
    return {"lacks": [vars(problem) for problem in lacks(MODELS, kind, beside)]}
