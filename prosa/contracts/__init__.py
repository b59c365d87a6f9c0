"""What crosses a process boundary: messages, events, documents, subjects, topology, permissions.

Frozen msgspec Structs and pure functions, no I/O. Every struct that is stored or sent carries `v`,
its version; readers ignore fields they do not know, and a field's meaning never changes: it gets a
new version. Instants on the wire are integers with their unit in the name (`at_ms`: milliseconds
UTC since 1970). `examples/` holds one stored JSON a struct and version, which the tests read.
"""
