"""Sign-in's tables: schema `signin`, shared by the inbox, the console and `prosa accounts`.

Time is always an argument, so that one clock decides. What PostgreSQL does when it is away comes
out as `Unavailable`.
"""
