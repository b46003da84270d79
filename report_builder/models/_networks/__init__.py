"""Keras code shared by the models: architectures and losses, for workers only."""
