"""Why accounts of the same crisis disagree."""
