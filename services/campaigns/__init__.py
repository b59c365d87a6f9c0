"""Campaigns: jobs that run once and end: import a catalogue, write to those whom a rule concerns.

Consumes    EVT catalogue (what became new, cheaper or vanished).
Publishes   outbounds on OUT.low; EVT catalogue and campaign.
Keeps       PostgreSQL, schema `campaigns`: items, their prices, the ledger of sends. Reads the
            contact read model that analytics keeps.
Scales by   nothing: started twice at once, it still queues each message once.
Never       sends by itself: the sender judges every message again at its last gate.
"""
