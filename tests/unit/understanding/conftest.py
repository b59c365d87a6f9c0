"""Loads the package before a test module loads numpy, so that BLAS keeps to one thread."""

import prosa.understanding  # noqa: F401 - for its effect
