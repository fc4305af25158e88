"""Tests, a folder for every room."""
