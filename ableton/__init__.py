"""Max for Live devices: the packer that makes them, and what it made."""
