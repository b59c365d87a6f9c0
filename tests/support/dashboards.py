"""What the dashboards of `dashboards/` show: `python -m tests.support.dashboards` writes them.

Names, labels and PromQL are held to the code by the tests of observability.
"""

from tests.support.grafana import Dashboard, Panel, written
from tests.support.metrics import ROOT

FOLDER = ROOT / "dashboards"

_BOT = 'bot=~"$bot"'


def _rate(metric: str, by: str = "", where: str = _BOT) -> str:
    grouping = f" by ({by})" if by else ""
    return f"sum{grouping} (rate({metric}{{{where}}}[$__rate_interval]))"


def _quantile(of: float, metric: str, by: str = "", where: str = _BOT) -> str:
    grouping = f"le, {by}" if by else "le"
    rate = f"rate({metric}_bucket{{{where}}}[$__rate_interval])"
    return f"histogram_quantile({of}, sum by ({grouping}) ({rate}))"


def _latest(metric: str, by: str, where: str = _BOT) -> str:
    """Ask for a gauge that several processes may tell alike."""
    return f"max by ({by}) ({metric}{{{where}}})"


def _quantiles(metric: str, where: str = _BOT) -> tuple[tuple[str, str], ...]:
    return tuple((_quantile(of, metric, where=where), f"p{of * 100:g}") for of in (0.5, 0.95, 0.99))


DASHBOARDS = (
    Dashboard(
        "prosa-messages",
        "Prosa: the way of a message",
        (
            (
                "In",
                (
                    Panel(
                        "Webhooks by outcome",
                        ((_rate("prosa_ingress_webhooks_total", "outcome", ""), "{{outcome}}"),),
                        "ops",
                    ),
                    Panel(
                        "Updates by kind",
                        ((_rate("prosa_ingress_updates_total", "kind", ""), "{{kind}}"),),
                        "ops",
                    ),
                    Panel("Time to the 200", _quantiles("prosa_ingress_ack_seconds", ""), "s"),
                    Panel(
                        "Duplicates",
                        ((_rate("prosa_ingress_duplicates_total", where=""), "duplicates"),),
                        "ops",
                    ),
                    Panel(
                        "Not stored",
                        ((_rate("prosa_ingress_publish_failures_total", where=""), "no PubAck"),),
                        "ops",
                    ),
                    Panel(
                        "Kept aside",
                        (
                            (
                                _rate("prosa_ingress_unrouted_total", "reason", ""),
                                "unrouted: {{reason}}",
                            ),
                            (
                                _rate("prosa_ingress_unknown_total", "reason", ""),
                                "unknown: {{reason}}",
                            ),
                        ),
                        "ops",
                    ),
                ),
            ),
            (
                "Answered",
                (
                    Panel(
                        "Messages and turns",
                        (
                            (_rate("prosa_conversation_inbounds_total"), "messages"),
                            (_rate("prosa_conversation_turns_total"), "turns"),
                        ),
                        "ops",
                    ),
                    Panel("Deciding a turn", _quantiles("prosa_conversation_turn_seconds"), "s"),
                    Panel(
                        "Tool calls by outcome",
                        (
                            (
                                _rate("prosa_conversation_calls_total", "tool, outcome"),
                                "{{tool}} {{outcome}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Given up",
                        ((_rate("prosa_conversation_given_up_total", "bot"), "{{bot}}"),),
                        "ops",
                    ),
                    Panel(
                        "Races and repeats since start",
                        (
                            (f"sum by (bot) (prosa_conversation_races{{{_BOT}}})", "races {{bot}}"),
                            (
                                f"sum by (bot) (prosa_conversation_repeats{{{_BOT}}})",
                                "repeats {{bot}}",
                            ),
                        ),
                    ),
                    Panel(
                        "Out",
                        (
                            (
                                _rate("prosa_sender_sent_total", "bot, priority"),
                                "{{bot}} {{priority}}",
                            ),
                        ),
                        "ops",
                    ),
                ),
            ),
        ),
    ),
    Dashboard(
        "prosa-queues",
        "Prosa: queues and dead letters",
        (
            (
                "What waits",
                (
                    Panel(
                        "Oldest message",
                        (
                            (
                                _latest("prosa_queue_oldest_seconds", "bot, stream, consumer"),
                                "{{bot}} {{stream}} {{consumer}}",
                            ),
                        ),
                        "s",
                        width=12,
                    ),
                    Panel(
                        "Waiting",
                        (
                            (
                                _latest("prosa_queue_waiting", "bot, stream, consumer"),
                                "{{bot}} {{stream}} {{consumer}}",
                            ),
                        ),
                        width=12,
                    ),
                    Panel(
                        "In hand",
                        (
                            (
                                _latest("prosa_queue_in_hand", "bot, stream, consumer"),
                                "{{bot}} {{stream}} {{consumer}}",
                            ),
                        ),
                        width=12,
                    ),
                    Panel(
                        "Dead letters",
                        ((_latest("prosa_queue_dead_letters", "bot"), "{{bot}}"),),
                        kind="stat",
                        width=12,
                    ),
                ),
            ),
            (
                "Streams",
                (
                    Panel(
                        "Messages",
                        ((_latest("prosa_queue_stored", "bot, stream"), "{{bot}} {{stream}}"),),
                    ),
                    Panel(
                        "Size",
                        (
                            (
                                _latest("prosa_queue_stored_bytes", "bot, stream"),
                                "{{bot}} {{stream}}",
                            ),
                        ),
                        "bytes",
                    ),
                    Panel(
                        "Copies missing, or NATS away",
                        (
                            (
                                _latest("prosa_queue_replicas_missing", "bot, stream"),
                                "{{bot}} {{stream}}",
                            ),
                            (_latest("prosa_queue_unknown", "bot"), "{{bot}} unknown"),
                        ),
                    ),
                ),
            ),
        ),
    ),
    Dashboard(
        "prosa-sender",
        "Prosa: sender and Meta",
        (
            (
                "What leaves",
                (
                    Panel(
                        "Accepted by Meta",
                        (
                            (
                                _rate("prosa_sender_sent_total", "bot, priority"),
                                "{{bot}} {{priority}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel("Meta's answers", _quantiles("prosa_sender_answer_seconds"), "s"),
                    Panel(
                        "Paused",
                        ((_latest("prosa_sender_paused", "bot, reason"), "{{bot}} {{reason}}"),),
                    ),
                ),
            ),
            (
                "What does not",
                (
                    Panel(
                        "Refused by Meta's code",
                        ((_rate("prosa_sender_refused_total", "bot, code"), "{{bot}} {{code}}"),),
                        "ops",
                    ),
                    Panel(
                        "Failed after they were accepted",
                        (
                            (
                                _rate("prosa_sender_failed_late_total", "bot, code"),
                                "{{bot}} {{code}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Dropped at the gate",
                        (
                            (
                                _rate("prosa_sender_dropped_total", "bot, reason"),
                                "{{bot}} {{reason}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Put back for a while",
                        (
                            (
                                _rate("prosa_sender_put_back_total", "bot, reason"),
                                "{{bot}} {{reason}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Unanswered",
                        (
                            (
                                _rate("prosa_sender_unanswered_total", "bot, reason"),
                                "{{bot}} {{reason}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Doubts",
                        (
                            (_rate("prosa_sender_doubts_settled_total", "bot"), "settled {{bot}}"),
                            (_rate("prosa_sender_ambiguous_total", "bot"), "sent again {{bot}}"),
                        ),
                        "ops",
                    ),
                ),
            ),
        ),
    ),
    Dashboard(
        "prosa-handoff",
        "Prosa: people and promises",
        (
            (
                "Customers who wait",
                (
                    Panel(
                        "Queue and open",
                        (
                            (_latest("prosa_handoff_queue", "bot"), "queue {{bot}}"),
                            (_latest("prosa_handoff_open", "bot"), "open {{bot}}"),
                        ),
                    ),
                    Panel(
                        "Longest wait",
                        ((_latest("prosa_handoff_waiting_seconds", "bot"), "{{bot}}"),),
                        "s",
                    ),
                    Panel("First reply", _quantiles("prosa_handoff_first_reply_seconds"), "s"),
                    Panel(
                        "Promises not kept",
                        ((_rate("prosa_handoff_late_total", "bot, clock"), "{{bot}} {{clock}}"),),
                        "ops",
                    ),
                    Panel(
                        "Changes of tickets",
                        ((_rate("prosa_handoff_steps_total", "change"), "{{change}}"),),
                        "ops",
                    ),
                    Panel(
                        "Inboxes that are open",
                        ((f"sum by (bot) (prosa_handoff_pages{{{_BOT}}})", "{{bot}}"),),
                    ),
                ),
            ),
            (
                "Who is told",
                (
                    Panel(
                        "Delivered",
                        (
                            (
                                _rate("prosa_handoff_notifications_total", "bot, channel"),
                                "{{bot}} {{channel}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Tried again and given up",
                        (
                            (
                                _rate("prosa_handoff_notifications_retried_total", "channel"),
                                "again: {{channel}}",
                            ),
                            (
                                _rate("prosa_handoff_notifications_dead_total", "channel"),
                                "given up: {{channel}}",
                            ),
                            (_rate("prosa_handoff_notifications_ambiguous_total"), "in doubt"),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Wait until told",
                        (
                            *_quantiles("prosa_handoff_notification_wait_seconds"),
                            (
                                _latest("prosa_handoff_notifications_oldest_seconds", "bot"),
                                "oldest {{bot}}",
                            ),
                        ),
                        "s",
                    ),
                ),
            ),
            (
                "The inbox itself",
                (
                    Panel(
                        "Requests by route, p95",
                        (
                            (
                                _quantile(0.95, "prosa_handoff_request_seconds", "route", ""),
                                "{{route}}",
                            ),
                        ),
                        "s",
                    ),
                    Panel(
                        "Not yet on the streams",
                        (
                            (_latest("prosa_handoff_outbox", "bot"), "{{bot}}"),
                            (_rate("prosa_handoff_published_total", "bot"), "published/s {{bot}}"),
                        ),
                    ),
                    Panel(
                        "Sign-in",
                        (
                            (
                                _rate("prosa_signin_attempts_total", "how, outcome", ""),
                                "{{how}} {{outcome}}",
                            ),
                        ),
                        "ops",
                    ),
                ),
            ),
        ),
    ),
    Dashboard(
        "prosa-campaigns",
        "Prosa: campaigns",
        (
            (
                "Runs",
                (
                    Panel(
                        "Last run",
                        (
                            (
                                _latest("prosa_campaign_ran_timestamp_seconds", "bot, campaign")
                                + " * 1000",
                                "{{bot}} {{campaign}}",
                            ),
                        ),
                        "dateTimeFromNow",
                        kind="stat",
                        width=12,
                    ),
                    Panel(
                        "Rest between runs, at most",
                        (
                            (
                                _latest("prosa_campaign_gap_seconds", "bot, campaign"),
                                "{{bot}} {{campaign}}",
                            ),
                        ),
                        "s",
                        kind="stat",
                        width=12,
                    ),
                ),
            ),
            (
                "Sends",
                (
                    Panel(
                        "Campaign messages that leave",
                        (
                            (
                                _rate("prosa_sender_sent_total", "bot", f'{_BOT}, priority="low"'),
                                "{{bot}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Waiting to leave",
                        (
                            (
                                _latest(
                                    "prosa_queue_waiting", "bot", f'{_BOT}, consumer="sender-low"'
                                ),
                                "{{bot}}",
                            ),
                        ),
                    ),
                    Panel(
                        "Held back by consent, frequency and window",
                        (
                            (
                                _rate("prosa_sender_dropped_total", "bot, reason"),
                                "{{bot}} {{reason}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Stopped for the number's reputation",
                        ((_rate("prosa_sender_campaign_pauses_total", "bot"), "{{bot}}"),),
                        "ops",
                    ),
                    Panel(
                        "Templates that Meta holds back",
                        ((_rate("prosa_sender_held_total", "bot"), "{{bot}}"),),
                        "ops",
                    ),
                    Panel(
                        "Age of what campaigns judge by",
                        ((_latest("prosa_analytics_mirror_behind_seconds", "bot"), "{{bot}}"),),
                        "s",
                    ),
                ),
            ),
        ),
    ),
    Dashboard(
        "prosa-analytics",
        "Prosa: records",
        (
            (
                "The writer",
                (
                    Panel(
                        "Taken in",
                        (
                            (
                                _rate("prosa_analytics_taken_total", "bot, stream"),
                                "{{bot}} {{stream}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Not in the records yet",
                        ((_latest("prosa_analytics_lag", "bot, stream"), "{{bot}} {{stream}}"),),
                    ),
                    Panel("Delay", _quantiles("prosa_analytics_delay_seconds"), "s"),
                    Panel("A transaction", _quantiles("prosa_analytics_commit_seconds"), "s"),
                    Panel(
                        "Odd, missed, made anew",
                        (
                            (_rate("prosa_analytics_oddities_total", "stream"), "odd {{stream}}"),
                            (_rate("prosa_analytics_missed_total", "stream"), "missed {{stream}}"),
                            (
                                _rate("prosa_analytics_streams_made_anew_total", "stream"),
                                "made anew {{stream}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Broken, and recovered",
                        (
                            (_latest("prosa_analytics_broken", "bot"), "broken {{bot}}"),
                            (
                                _rate("prosa_analytics_recoveries_total", "what"),
                                "recovered {{what}}",
                            ),
                        ),
                    ),
                ),
            ),
            (
                "Room, search, read model",
                (
                    Panel(
                        "Size and room",
                        (
                            (
                                _latest("prosa_analytics_file_bytes", "bot, where"),
                                "{{bot}} {{where}}",
                            ),
                            (_latest("prosa_analytics_free_bytes", "bot"), "free {{bot}}"),
                        ),
                        "bytes",
                    ),
                    Panel("Search by meaning", _quantiles("prosa_analytics_search_seconds"), "s"),
                    Panel(
                        "Vectors",
                        (
                            (_rate("prosa_analytics_embedded_total", "bot"), "made/s {{bot}}"),
                            (_latest("prosa_analytics_unembedded", "bot"), "waiting {{bot}}"),
                        ),
                    ),
                    Panel(
                        "Rows brought to PostgreSQL",
                        ((_rate("prosa_analytics_mirrored_rows_total", "table"), "{{table}}"),),
                        "ops",
                    ),
                    Panel(
                        "PostgreSQL is behind by",
                        ((_latest("prosa_analytics_mirror_behind_seconds", "bot"), "{{bot}}"),),
                        "s",
                    ),
                    Panel(
                        "Days exported, contacts erased",
                        (
                            (_rate("prosa_analytics_exported_days_total", "bot"), "days {{bot}}"),
                            (
                                _rate("prosa_analytics_erased_contacts_total", "bot"),
                                "contacts {{bot}}",
                            ),
                        ),
                        "ops",
                    ),
                ),
            ),
        ),
    ),
    Dashboard(
        "prosa-operator",
        "Prosa: the operator",
        (
            (
                "Passes",
                (
                    Panel(
                        "Chatbots, paused ones",
                        (
                            ("max(prosa_operator_chatbots)", "served"),
                            ("max(prosa_operator_paused)", "paused"),
                        ),
                    ),
                    Panel("Replicas that lead", (("sum(prosa_operator_leader)", "leaders"),)),
                    Panel(
                        "Passes by result",
                        ((_rate("prosa_operator_reconcile_total", "result", ""), "{{result}}"),),
                        "ops",
                    ),
                    Panel("A pass", _quantiles("prosa_operator_reconcile_seconds", ""), "s"),
                    Panel(
                        "From change to pass", _quantiles("prosa_operator_wake_seconds", ""), "s"
                    ),
                    Panel(
                        "Since the last good pass",
                        (
                            (
                                "time() - max(prosa_operator_last_success_timestamp_seconds)",
                                "seconds",
                            ),
                        ),
                        "s",
                    ),
                    Panel(
                        "Brought back, deleted",
                        (
                            (
                                _rate("prosa_operator_drift_corrected_total", "kind", ""),
                                "brought back {{kind}}",
                            ),
                            (_rate("prosa_operator_pruned_total", "kind", ""), "deleted {{kind}}"),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Outside: watches, Meta, NATS",
                        (
                            (
                                _rate("prosa_operator_watch_restarts_total", where=""),
                                "watches begun anew",
                            ),
                            (
                                _rate("prosa_operator_channel_checks_total", "reason", ""),
                                "Meta {{reason}}",
                            ),
                            (
                                _rate("prosa_operator_provisions_total", "result", ""),
                                "streams {{result}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "Writes to the API server, a minute",
                        (("60 * sum(deriv(prosa_operator_api_writes[5m]))", "writes"),),
                    ),
                ),
            ),
            (
                "Autoscaling",
                (
                    Panel(
                        "Lag",
                        (
                            (
                                _latest(
                                    "prosa_operator_autoscaler_lag",
                                    "bot, component",
                                    "",
                                ),
                                "{{bot}} {{component}}",
                            ),
                        ),
                    ),
                    Panel(
                        "Replicas: decided, running",
                        tuple(
                            (
                                _latest(
                                    f"prosa_operator_autoscaler_{what}",
                                    "bot, component",
                                    "",
                                ),
                                f"{what} {{{{bot}}}} {{{{component}}}}",
                            )
                            for what in ("desired", "current")
                        ),
                    ),
                    Panel(
                        "Fallback, paused",
                        tuple(
                            (
                                _latest(
                                    f"prosa_operator_autoscaler_{what}",
                                    "bot, component",
                                    "",
                                ),
                                f"{what} {{{{bot}}}} {{{{component}}}}",
                            )
                            for what in ("fallback", "paused")
                        ),
                    ),
                    Panel(
                        "Readings that failed",
                        (
                            (
                                _rate(
                                    "prosa_operator_autoscaler_errors_total", "component, of", ""
                                ),
                                "{{component}} {{of}}",
                            ),
                        ),
                        "ops",
                    ),
                    Panel(
                        "NATS' answer",
                        _quantiles("prosa_operator_autoscaler_poll_seconds", ""),
                        "s",
                    ),
                ),
            ),
        ),
    ),
)


def write() -> None:
    """Make the folder hold exactly these dashboards."""
    FOLDER.mkdir(exist_ok=True)
    for stale in set(FOLDER.glob("*.json")) - {FOLDER / f"{d.name}.json" for d in DASHBOARDS}:
        stale.unlink()
    for dashboard in DASHBOARDS:
        (FOLDER / f"{dashboard.name}.json").write_text(written(dashboard), "utf-8")


if __name__ == "__main__":
    write()
