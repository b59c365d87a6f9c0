"""Handoff: tickets for people, and the inbox in which agents answer.

Consumes    EVT (handoffs, owners, what was sent and how it fared) and IN (the customer's words).
Publishes   Claim and Return into the contact's mailbox on IN; what agents write on OUT.high; EVT
            ticket; dead letters of notifications.
Keeps       PostgreSQL, schema `handoff`: tickets, their timelines, notes, clocks, the audit.
Scales by   people: any number of replicas; the database decides who was first.
Never       words a bot's reply, or changes a contact document.
"""
