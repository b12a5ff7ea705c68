"""Sources of everything that is made for Max and for Live: `python -m max_patches.build` writes the files."""
