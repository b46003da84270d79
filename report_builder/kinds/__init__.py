"""Extension points: what a data set, model, probe, metric or figure kind is, and how kinds are found.

A kind is one module (a model or figure kind: one folder) in the package of its registry. Its file name is its name in YAML;
there is no list to edit. A user's own kind is one file beside the experiment, named by its path: `kind: ./spiral.py`.
"""

from __future__ import annotations

from report_builder.kinds._data import Condition, DataSet, DataStep, ImageData, Images, Layout, Split, class_number
from report_builder.kinds._figures import Column, Control, Draw, Drawing, Figure, Live, Subject, Table, deferred
from report_builder.kinds._layers import MERGING, Layer, layer_arrays, layers_of
from report_builder.kinds._measures import FROM_RUN, Arrays, Judge, Measured, Metric, Noise, Probe, ProbeRequest, Quantity
from report_builder.kinds._models import (
    ABILITIES,
    CAPABILITIES,
    EPOCH_TIME,
    HELD_OUT,
    Better,
    Build,
    CodeShape,
    Equation,
    Listings,
    Model,
    Part,
    Preset,
    Sizes,
    Term,
    Trained,
    part_of,
)
from report_builder.kinds._own import blamed, file_behind, own_module
from report_builder.kinds._registries import DATA_STEPS, DATASETS, FIGURES, METRICS, MODELS, PROBES
from report_builder.kinds._registry import Declared, K, P, Parameters, Registry, Words, by_language, opened
from report_builder.kinds._roles import SUBJECT, Role, by_role, names_of

__all__ = [
    "ABILITIES",
    "CAPABILITIES",
    "DATASETS",
    "DATA_STEPS",
    "EPOCH_TIME",
    "FIGURES",
    "FROM_RUN",
    "HELD_OUT",
    "MERGING",
    "METRICS",
    "MODELS",
    "PROBES",
    "SUBJECT",
    "Arrays",
    "Better",
    "Build",
    "CodeShape",
    "Column",
    "Condition",
    "Control",
    "DataSet",
    "DataStep",
    "Declared",
    "Draw",
    "Drawing",
    "Equation",
    "Figure",
    "ImageData",
    "Images",
    "Judge",
    "K",
    "Layer",
    "Layout",
    "Listings",
    "Live",
    "Measured",
    "Metric",
    "Model",
    "Noise",
    "P",
    "Parameters",
    "Part",
    "Preset",
    "Probe",
    "ProbeRequest",
    "Quantity",
    "Registry",
    "Role",
    "Sizes",
    "Split",
    "Subject",
    "Table",
    "Term",
    "Trained",
    "Words",
    "blamed",
    "by_language",
    "by_role",
    "class_number",
    "deferred",
    "file_behind",
    "layer_arrays",
    "layers_of",
    "names_of",
    "opened",
    "own_module",
    "part_of",
]
