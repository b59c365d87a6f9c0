"""The dialogue: a language for conversations, its compiler and its interpreter.

`compiler` turns a YAML text into a `language.Program` or refuses it with file, line, column and
remedy. `interpreter` takes a turn: a program, a session and what was heard in, a reply out; what it
needs from outside it asks for with a `turns.Call`. Conversation, the operator and the command line
share both.

Pure throughout: no I/O, no clock, no randomness, no logging. Intents are recognised elsewhere
(`prosa.understanding`) and arrive as data.
"""
