"""The six registries of kinds, each with the class that its modules declare."""

from __future__ import annotations

from report_builder.kinds._data import DataSet, DataStep
from report_builder.kinds._figures import Figure
from report_builder.kinds._measures import Metric, Probe
from report_builder.kinds._models import Model
from report_builder.kinds._registry import Parameters, Registry

DATASETS: Registry[DataSet[Parameters]] = Registry("datasets", "report_builder.datasets", "data set", DataSet)
DATA_STEPS: Registry[DataStep[Parameters]] = Registry("steps", "report_builder.datasets.steps", "data step", DataStep)
MODELS: Registry[Model[Parameters]] = Registry("models", "report_builder.models", "model", Model, folders=True)
PROBES: Registry[Probe[Parameters]] = Registry("probes", "report_builder.measures.probes", "probe", Probe)
METRICS: Registry[Metric[Parameters]] = Registry("metrics", "report_builder.measures.metrics", "metric", Metric)
FIGURES: Registry[Figure[Parameters]] = Registry("figures", "report_builder.plots", "figure kind", Figure, folders=True)
