"""The library and the user's folder: open, copy, rename, save with every version kept."""
