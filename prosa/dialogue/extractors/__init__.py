"""Readers of what customers type: days, money, numbers, choices, yes and no, identifiers.

Pure and quick: text in, a frozen value or None out; no clock, no I/O, no state. Each is right or
says that it does not know. Portuguese (pt-BR) and English; see `normalise.language`.
"""
