"""Preprocessing steps, one module each: functions from a data set to a new one, which leave their argument unchanged."""
