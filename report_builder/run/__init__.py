"""Execution of steps, as seen from the front process: jobs, their order, the processes that run them, and progress."""
