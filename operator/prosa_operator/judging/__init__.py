"""What is wrong and how it goes, in words for people: pure judgements that `plan` joins.

cron        schedules, as the CronJob controller reads them
faults      the spec, where the API server's schema and rules cannot look
missing     Secrets, ConfigMaps and keys that are not there
dialogue    whether the dialogue compiles, and which one serves
workloads   how the services run
conditions  the standard conditions, and the events that their changes are
"""
