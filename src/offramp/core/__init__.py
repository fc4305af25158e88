"""Words every room shares: errors, provenance, registry, files."""
