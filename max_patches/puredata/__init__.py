"""The same abstractions for Pure Data, 0.52 or later, without externals: made by `python -m max_patches.puredata.build`."""
