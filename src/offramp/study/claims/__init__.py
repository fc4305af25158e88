"""Which claims follow from the premises."""
