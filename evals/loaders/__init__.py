"""Suites out of what people already have: published benchmarks and the test files of other harnesses."""
