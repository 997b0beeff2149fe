"""Is it any good: calibration, benchmarks, measurements."""
