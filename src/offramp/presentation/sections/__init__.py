"""Sections of the report, one file each; a new file that names a SECTION is found by itself."""
