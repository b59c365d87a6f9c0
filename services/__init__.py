"""The deployables. They meet on NATS subjects and import the kernel only, never each other."""
