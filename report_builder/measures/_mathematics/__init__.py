"""Mathematics that probes and metrics share: arrays in, arrays out."""
