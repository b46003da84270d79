"""Mathematics shared by probes and metrics: arrays in, arrays out."""
