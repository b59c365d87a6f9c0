"""Campaigns: jobs that run once and end: import a catalogue, write to those whom a rule concerns.

Consumes    EVT catalogue (what became new, cheaper or vanished) and failed (what the sender
            dropped), by sequence, without a consumer.
Publishes   outbounds on OUT.low; EVT campaign; EVT catalogue when it imports a feed; pauses, in the
            sender's bucket `campaigns`.
Keeps       PostgreSQL, schema `campaigns`: items, their prices, the ledger of sends, runs, pauses.
            Reads the contact read model and the results that analytics keeps.
Scales by   nothing: started twice at once, it still queues each message once.
Never       sends by itself: the sender judges every message again at its last gate.
"""
