"""A catalogue: what a business sells, read from a source, kept in a bucket, searched by dialogues.

`reading` makes items of CSV or JSON text, `diffs` tells one stock from the next, `search` finds
items: all pure. `importing` takes a source over whole or not at all, `feeds` asks for one over
HTTP, `loading` does the writing, `record` remembers the versions.
"""
