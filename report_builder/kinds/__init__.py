"""The extension points: what a data set, model, probe, metric or figure kind is, and how one is found.

A kind is one module (for a model, one folder) in the package of its registry. Its file name is its name in YAML; there is no
list to edit. A kind of the user's own is one file beside the experiment, named by its path: `kind: ./spiral.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from report_builder.kinds._data import Condition, DatasetKind, DataStepKind, ImageData, Images, Layout, Split, class_number
from report_builder.kinds._figures import Column, Drawing, FigureKind, Subject, Table
from report_builder.kinds._layers import Layer, layer_arrays, layers_of
from report_builder.kinds._measures import Judge, MetricKind, ProbeKind, ProbeRequest, Value, further_needs
from report_builder.kinds._models import Equation, ModelKind, Preset
from report_builder.kinds._own import OwnKind, blamed, file_behind, own_module
from report_builder.kinds._registry import (
    DATA_STEPS,
    DATASETS,
    FIGURES,
    METRICS,
    MODELS,
    PROBES,
    Parameters,
    Registry,
    Words,
    by_language,
    opened,
)

if TYPE_CHECKING:
    from report_builder.kinds._measures import Arrays as Arrays  # a name for type checkers only

__all__ = [
    "DATASETS",
    "DATA_STEPS",
    "FIGURES",
    "METRICS",
    "MODELS",
    "PROBES",
    "Column",
    "Condition",
    "DataStepKind",
    "DatasetKind",
    "Drawing",
    "Equation",
    "FigureKind",
    "ImageData",
    "Images",
    "Judge",
    "Layer",
    "Layout",
    "MetricKind",
    "ModelKind",
    "OwnKind",
    "Parameters",
    "Preset",
    "ProbeKind",
    "ProbeRequest",
    "Registry",
    "Split",
    "Subject",
    "Table",
    "Value",
    "Words",
    "blamed",
    "by_language",
    "class_number",
    "file_behind",
    "further_needs",
    "layer_arrays",
    "layers_of",
    "opened",
    "own_module",
]
