"""The off-ramp desk: which changes would make an agreement likely, asked lever by lever."""
