"""How far a stream was read: a row of the table `progress`."""

from dataclasses import dataclass


@dataclass(slots=True)
class Reading:
    """`sequence` was the last one read; `taken` counts messages, `missed` sequences that were gone.

    `born` is when the server made the stream, in its words: another time means another stream.
    """

    stream: str
    sequence: int = 0
    born: str = ""
    taken: int = 0
    missed: int = 0
