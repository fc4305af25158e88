"""Coders: several encodings of one account, what differs between them, and what comes of it."""
