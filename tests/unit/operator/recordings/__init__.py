"""Series of lags and replicas that were taken from a real KEDA with a real HPA."""
