"""A crisis without YAML: forms that write the text a person would write, comments kept."""
