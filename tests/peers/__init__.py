"""Other people's solvers on the same games."""
