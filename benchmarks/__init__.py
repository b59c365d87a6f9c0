"""What Prosa costs, measured as a user would run it. One question a module; `make bench` asks them.

The load generator signs webhooks, stands in for Meta's send endpoint and says whether each message
was answered once and in order. Everything shares the machine's cores; its own cost is left out.
"""
