"""Presenting: full screen, one question at a time, its answer revealed step by step."""
