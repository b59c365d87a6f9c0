"""The operator: one Chatbot resource becomes a running bot.

Reads       Chatbots, and the Secrets and ConfigMaps that they name; its children; JetStream's lags.
Writes      Deployments, Services, budgets, network policies, CronJobs, ScaledObjects, …, each with
            the Chatbot as its owner; the Chatbot's status; streams, consumers and buckets.
Scales by   nothing: two replicas, of which a Lease lets one work.
Never       reads a customer's message, or touches an object that is not its own.
"""
