"""Draws on a graphics processor, proposed to the compiled solver."""
