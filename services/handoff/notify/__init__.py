"""Who is told of a handoff: e-mail, WhatsApp to the team's numbers, a CRM.

A notification is a row of the table `notifications`, one for each ticket, channel and target. It is
written in the transaction that opens the ticket, so a ticket that is there has been, or will be,
told of; and told of once, because a row is delivered by one worker at a time and remembers how far
it came.

    rows = planning.planned(handoff, team)        # pure: whom this team wants told, of what
    await postgres.insert(connection, rows)       # in the transaction of the ticket; again: nothing
    notifier.wake()                               # after its commit; without it, a second later

    await postgres.reopen(connection, bot, event, only=header)   # it came back by replay
    await postgres.refused(connection, bot, failed)   # a SendFailed: a WhatsApp did not leave

    notifiers = parts.build(…)                    # the parts of `__main__`, one for each bot

What cannot be delivered becomes a dead letter of the service `handoff`, whose origin is the
HandoffRequested: `prosa dlq replay` tells that again, and `reopen` makes the dead row due. What a
row told is forgotten some days after its delivery, and with its contact (`prosa.erasure` finds the
table by its columns `bot` and `contact`).
"""
