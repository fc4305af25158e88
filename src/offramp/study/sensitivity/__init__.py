"""What an outcome hangs on."""
