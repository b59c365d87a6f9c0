"""A catalogue: what a business sells, read from a file, kept in a bucket, searched by the dialogue.

`reading` makes items of CSV or JSON text, `search` finds them; both are pure. `loading` makes the
bucket hold exactly what a file says.
"""
