"""Language understanding that runs in the pod: which intent is meant, and whether any is.

numpy and one wheel with a sentence encoder; no network, no scikit-learn, no torch. Nothing is
loaded at import: `build_embedder` loads the model, `IntentClassifier.train` trains on a bot's
examples in about a third of a second. Dates, money and choices are `prosa.dialogue.extractors`.
"""
