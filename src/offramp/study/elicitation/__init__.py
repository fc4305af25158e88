"""Elicitation: what several experts say of one number, and who drives the result."""
