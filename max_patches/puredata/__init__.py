"""The same abstractions for Pure Data 0.52 or later, no externals: `python -m max_patches.puredata.build`."""
