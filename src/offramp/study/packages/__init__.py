"""What could be agreed at all."""
