"""A conformance kit for people who write mechanisms. Empty until it is built."""
