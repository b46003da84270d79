"""Figure kinds: arrays in, a figure out; one file for each kind."""
