"""A strict stand-in for Meta's WhatsApp Cloud API, usable on its own: `python -m simulator`.

Offers   the Graph API (messages, media, numbers, templates, subscriptions), refusing what Meta
         refuses with Meta's codes; signed webhooks with Meta's retries; a phone in the browser for
         the customers' side; faults on demand; a journal that tests assert against.
Keeps    everything in memory: a restart begins anew.
Never    imports what it judges: of Prosa it uses `prosa.web` alone, so that it cannot share a
         misreading of Meta's protocol.

From the top
    __main__                                            constructs and joins
    graph, control, phone                               the HTTP edges
    sending, files, callbacks, commands                 what they are asked for
    dispatch, people, elsewhere                         business to customer, the reverse, neither
    notices, courier, audience, rings, links            who is told, and what is fetched
    world, media, journal, faults, verdicts,            what is kept
    rates, clock
    rules, shapes, recipients, templates, nodes,        pure: what Meta refuses, says and shows
    webhooks, rendering, composing, screen, errors
"""
