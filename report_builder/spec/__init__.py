"""The YAML grammar: reads, overlays and checks files, with the file and line of every key."""

from report_builder.spec.grammar import Experiment, is_id
from report_builder.spec.load import Loaded, load
from report_builder.spec.sentences import problems
from report_builder.spec.sweeps import Arms

__all__ = ["Arms", "Experiment", "Loaded", "is_id", "load", "problems"]
