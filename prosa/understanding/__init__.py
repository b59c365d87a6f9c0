"""Language understanding that runs in the pod: which intent is meant, and whether any is.

numpy and one wheel with a sentence encoder; no network, no scikit-learn, no torch. Nothing is
loaded at import: `build_embedder` loads the model, `IntentClassifier.train` trains on a bot's
examples in half a second. Dates, money and choices are `prosa.dialogue.extractors`.

Importing this package asks OpenBLAS for one thread, unless the environment asks for another number.
BLAS reads the variable when numpy is loaded and never again, hence here, before any module of the
package imports numpy. With its own choice of threads a message cost 30 ms of CPU on two shared
cores instead of 2.6: the matrices are small, and waiting threads spin.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
