"""Trees written out as lists of sums, every branch traced."""
