"""Offramp beside other programs: one table and one figure from one run on one machine."""
