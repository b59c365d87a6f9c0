"""Campaigns, as far as more than one process has to think alike about them. Pure.

`rules` and `send_window` are asked by the job that plans and once more by the sender, at its last
gate. `audience`, `wording` and `checks` are asked by the job and by `prosa check`. Importing this
package, or the first two, needs no more than the message path has.
"""
