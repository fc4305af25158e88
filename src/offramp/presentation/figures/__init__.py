"""Figures, one file each; a new file that names a FIGURE is found by itself."""
