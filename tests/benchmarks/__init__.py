"""The benchmarks: what their table says, and that they run."""
