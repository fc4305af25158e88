"""Tests of what is said about the solved chain."""
