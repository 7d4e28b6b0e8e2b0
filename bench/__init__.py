"""Measurements: how long things take and how much memory they need; docs/benchmarks.md has the figures."""
