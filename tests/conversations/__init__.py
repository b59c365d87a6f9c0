"""Conversations as customers have them, written as scripts and played against a whole bot.

`script` is their format and knows nothing of how they are played; `driver` says what a player must
be able to do; `in_process` does it with the real interpreter, understanding and catalogue and no
server; `playing` holds an answer against what the script expects.
"""
