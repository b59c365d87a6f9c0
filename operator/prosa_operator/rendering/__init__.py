"""Objects of a Chatbot, as plain dicts for server-side apply: one concern a module, all pure.

bot         what all of them are made from, and their metadata
references  Secrets and ConfigMaps that each part needs
runtime     the ConfigMap with the resolved Chatbot and its dialogue
pods        the restricted pod: probes, volumes, environment, drain
workloads   Deployments and the StatefulSet of analytics
replicas    who owns the number of replicas
keda        ScaledObjects
schedules   CronJobs of campaigns and of the catalogue's feed; the Job that loads a file
network     Services, NetworkPolicies
exposure    Ingresses or HTTPRoutes
upkeep      ServiceAccounts, PodDisruptionBudgets, the ServiceMonitor

Only fields that we mean are written: what the API server fills in stays its own. PrometheusRules
are not rendered: alerts look over all bots, so the chart carries them once.
"""
