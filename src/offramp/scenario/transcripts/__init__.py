"""Transcripts: the words that sources hold, their passages, and whether they are still there."""
