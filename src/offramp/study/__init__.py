"""What would change it: solves again. Empty until claims and off-ramps are built."""
