"""Every reason of conditions and events, in one place: words that programs and people look for."""

from typing import Final

# Ready, Progressing, Degraded
RECONCILING: Final = "Reconciling"
AS_DESIRED: Final = "AsDesired"
ROLLING_OUT: Final = "RollingOut"
ROLLOUT_DELAYED: Final = "RolloutDelayed"
COMPONENT_UNAVAILABLE: Final = "ComponentUnavailable"
SECRET_MISSING: Final = "SecretMissing"  # noqa: S105 - a reason, no secret
CONFIG_MAP_MISSING: Final = "ConfigMapMissing"
INVALID_SPEC: Final = "InvalidSpec"
PHONE_NUMBER_TAKEN: Final = "PhoneNumberTaken"
NOT_OWNED: Final = "NotOwned"
APPLY_FAILED: Final = "ApplyFailed"
MESSAGING_UNAVAILABLE: Final = "MessagingUnavailable"

# DialogueValid
COMPILED: Final = "Compiled"
DIALOGUE_REFUSED: Final = "DialogueRefused"
DIALOGUE_MISSING: Final = "DialogueMissing"

# ChannelConnected
CONNECTED: Final = "Connected"
CHANNEL_NOT_CHECKED: Final = "NotChecked"
TOKEN_REFUSED: Final = "TokenRefused"  # noqa: S105 - a reason, no secret
NUMBER_UNKNOWN: Final = "NumberUnknown"
NUMBER_BLOCKED: Final = "NumberBlocked"
WEBHOOK_NOT_REGISTERED: Final = "WebhookNotRegistered"
APP_NOT_SUBSCRIBED: Final = "AppNotSubscribed"
TEMPLATE_MISSING: Final = "TemplateMissing"
META_UNAVAILABLE: Final = "MetaUnavailable"

# ScalingActive
SCALING_NONE: Final = "NotConfigured"
SCALING: Final = "Scaling"
SCALED_TO_ZERO: Final = "ScaledToZero"
FALLBACK: Final = "Fallback"
LAG_UNKNOWN: Final = "LagUnknown"
SCALING_LIMITED: Final = "ScalingLimited"
SCALING_PAUSED: Final = "ScalingPaused"
AUTOSCALER_CONFLICT: Final = "AutoscalerConflict"
KEDA_MISSING: Final = "KedaMissing"

# Paused
PAUSED: Final = "PausedByAnnotation"
RUNNING: Final = "Running"

# events
CREATED: Final = "Created"
UPDATED: Final = "Updated"
DRIFT_REPAIRED: Final = "DriftRepaired"
PRUNED: Final = "Pruned"
SCALED_UP: Final = "ScaledUp"
SCALED_DOWN: Final = "ScaledDown"
ACTIVATED: Final = "Activated"
DEACTIVATED: Final = "Deactivated"
FALLBACK_ACTIVATED: Final = "FallbackActivated"
FALLBACK_DEACTIVATED: Final = "FallbackDeactivated"
CLEANED_UP: Final = "CleanedUp"
CLEANUP_GAVE_UP: Final = "CleanupGaveUp"
