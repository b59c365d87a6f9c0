"""A strict stand-in for Meta's WhatsApp Cloud API, usable on its own: `python -m simulator`.

Offers   the Graph API (messages, media, numbers, templates, subscriptions), refusing what Meta
         refuses with Meta's codes; signed webhooks with Meta's retries; a phone in the browser for
         the customers' side; faults on demand; a journal that tests assert against.
Keeps    everything in memory: a restart begins anew.
Never    imports what it judges: of Prosa it uses `prosa.web` alone, so that it cannot share a
         misreading of Meta's protocol.

From the top: `__main__` constructs; `graph`, `control`, `phone` are the HTTP edges; `network`
carries messages between businesses and customers; `courier` delivers webhooks; `world`, `media`,
`journal`, `faults` keep; `rules`, `shapes`, `templates`, `webhooks`, `rendering`, `composing` are
pure.
"""
