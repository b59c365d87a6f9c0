"""Decides what a bot answers.

Consumes   IN: wake-ups, through the mailbox (one durable consumer, any number of replicas).
Publishes  OUT (what to send), EVT (turn, handoff, owner, preference), DLQ (poison). Keeps      KV
contacts: it alone writes contact documents. Reads KV catalogue. Scales by  lag of the consumer
`conversation`, to zero. Never      talks to WhatsApp, nor decides by anything but the document, the
messages and the dialogue.
"""
