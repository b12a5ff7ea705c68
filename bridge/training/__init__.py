"""The workshop: the only code that imports TensorFlow."""
