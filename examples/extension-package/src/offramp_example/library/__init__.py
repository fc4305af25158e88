"""What Offramp finds by the entry point `offramp.library`: mechanisms and scenarios, as data."""
