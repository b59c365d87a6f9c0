"""The inbox over HTTP: `web/contract.ts` as FastAPI routes, one application mounted for each bot.

Every route says whom it lets in (`prosa.signin.rules`); what somebody may do with a ticket is
judged below, with the ticket in hand. Bodies and answers are msgspec's, not pydantic's.
"""
