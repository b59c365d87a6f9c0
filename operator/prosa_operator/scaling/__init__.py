"""Replicas by queue depth: what KEDA and the HPA do together, for Chatbots without KEDA.

    autoscaler the loop: poll, decide, write `/scale`, tell
    lag        reads the queue's depth over JetStream's API: a number, or why there is none
    by_cluster reads and writes `/scale` of a real Deployment
    decide     one reading becomes a number of replicas, with its reasons (pure)
    behavior   stabilisation and rates: the HPA's arithmetic on the history (pure)
    history    recommendations and changes of the recent past, and what outlives a restart (pure)
    controls   what people say by annotations (pure)
    handover   who must own replicas before the reconciler leaves them out (pure)
    target     what is scaled, and the door through which
    metrics    what is counted

The pure ones follow Kubernetes 1.36 (`pkg/controller/podautoscaler/horizontal.go` and
`replica_calculator.go`, cited as HPA) and KEDA 2.21 (`pkg/scaling/executor/scale_scaledobjects.go`
and `pkg/fallback/fallback.go`, cited as KEDA); where they do otherwise, they say so.
"""
