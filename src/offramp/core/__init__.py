"""Words every room shares: errors, provenance, files, the registry of extensions."""
