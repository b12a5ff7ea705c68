"""Musical minds: weights without state."""
