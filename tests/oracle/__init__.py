"""An independent yardstick: a slow interpreter of scenarios that shares no code with Offramp."""
