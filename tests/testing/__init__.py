"""The kit for people who extend Offramp."""
