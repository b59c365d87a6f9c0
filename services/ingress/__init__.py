"""Meta's webhooks in, stored facts out: the one part of Prosa that the internet reaches.

Consumes: GET and POST /webhook, from Meta; several bots and numbers in one process.
Publishes: IN (her messages, and facts that must be ordered against them); EVT status, preference,
    echo, reaction, account and unknown; PROSA_UNROUTED for what no Chatbot claims.
Keeps: the bucket of aliases (a phone or a user id leads to a contact), which it alone writes.
Scales by: requests. Any number of replicas; none is special, and order needs none of them.
Never: answers 200 before every PubAck, drops what it does not understand, words a reply.
"""
