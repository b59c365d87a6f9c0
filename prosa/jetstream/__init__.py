"""JetStream as Prosa uses it; the only package that imports nats.

From the bottom: wire (nats-py's connection with a quicker parser and joined writes), connection
(publish with PubAcks, batched direct gets), buckets (typed compare-and-set), dead_letters, consumer
(the one place that acks), mailbox (wake-up, drain, decide, commit, publish), provision (make the
server match the topology).
"""
