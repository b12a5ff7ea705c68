"""The subpatches that the devices and the abstractions share, one a file."""
