"""The sender: what leaves for WhatsApp, once, in order, and as fast as Meta allows.

Consumes    OUT by its classes high, default and low (8 : 3 : 1); the statuses on EVT.
Publishes   MessageSent and SendFailed on EVT; SendRefused into the contact's mailbox on IN; a
            fallback template on OUT when Meta refused late; dead letters.
Keeps       `sends` (a document a contact: progress, statuses, pair rate), `rates` (the number's
            rate), `initiated` (contacts written to outside their window), `campaigns` (who got
            which campaign's message, how many left a campaign), `media` (uploads).
Scales by   the lag of its consumers, to 0; replicas share the rates.
Never       words a reply, changes a contact, or sends what it may have sent before it has looked.
"""
