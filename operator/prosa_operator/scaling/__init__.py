"""Replicas by queue depth: what KEDA and the HPA do together, for Chatbots without KEDA.

    lag        read the queue's depth over JetStream's API: a number, or why there is none
    history    recommendations and changes of the recent past, which windows and policies look at
    behavior   stabilisation and rates: the HPA's arithmetic on that history (pure)
    decide     one reading becomes a number of replicas, with its reasons (pure)
    autoscaler the loop: poll, decide, write `/scale`, tell

The pure ones follow Kubernetes 1.36 (`pkg/controller/podautoscaler/horizontal.go` and
`replica_calculator.go`, cited as HPA) and KEDA 2.21 (`pkg/scaling/executor/scale_scaledobjects.go`
and `pkg/fallback/fallback.go`, cited as KEDA); where they do otherwise, they say so.
"""
