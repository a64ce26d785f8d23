"""What a hub counts for Prometheus (docs/monitoring.md), per process and over all operations: no ids, so few series.

What happens rarely is counted where the hub's log hears of it (`count`); what happens with every batch, in place.
"""

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from vocu_server.audit import Line

registry = CollectorRegistry()
ProcessCollector(registry=registry)

admitted = Counter("vocu_events_admitted", "Events that stand in a log since the start.", registry=registry)
refused = Counter("vocu_events_refused", "Events that were not admitted, by code.", ["code"], registry=registry)
batch_events = Histogram(
    "vocu_batch_events",
    "Events that were decided on together.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
    registry=registry,
)
commit_seconds = Histogram(
    "vocu_commit_seconds",
    "Time from taking up a batch until it is safe on the disk.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=registry,
)
commits_failed = Counter("vocu_commits_failed", "Batches that the database or the disk refused.", registry=registry)
last_commit = Gauge(
    "vocu_last_commit_timestamp_seconds", "When a log last grew, and its checkpoint was signed.", registry=registry
)
logins = Counter("vocu_logins", "Sessions that began.", registry=registry)
logins_failed = Counter("vocu_logins_failed", "Sessions that did not begin, by code.", ["code"], registry=registry)
lines_failed = Counter("vocu_sessions_failed", "Sessions that failed later, by code.", ["code"], registry=registry)
closed = Counter("vocu_sessions_closed", "Connections that the hub closed, by close code.", ["code"], registry=registry)
requests_refused = Counter("vocu_requests_refused", "HTTP requests refused, by code.", ["code"], registry=registry)
rate_limited = Counter("vocu_rate_limited", "Times that a device began to be slowed down.", registry=registry)
join_requests = Counter("vocu_join_requests", "Join requests that were kept.", registry=registry)
uploads = Counter("vocu_uploads", "Large parts and chunks that came in.", registry=registry)
upload_bytes = Counter("vocu_upload_bytes", "Their bytes.", registry=registry)
downloads = Counter("vocu_downloads", "Large parts and chunks that were handed out.", registry=registry)
operations_created = Counter("vocu_operations_created", "Operations that began here.", registry=registry)
newsletters = Counter("vocu_newsletters_compiled", "Newsletters that this hub compiled.", registry=registry)
newsletters_failed = Counter("vocu_newsletters_failed", "Attempts that failed.", registry=registry)
last_newsletter = Gauge(
    "vocu_last_newsletter_timestamp_seconds", "When this process last compiled one; 0 if not yet.", registry=registry
)
feeds_failed = Counter("vocu_feeds_failed", "Sessions that the hub could not serve from its log.", registry=registry)
lines_lost = Counter("vocu_log_lines_lost", "Lines of the log or audit log that found no room.", registry=registry)

# What is, as of the moment when it is asked for.
desks = Gauge("vocu_desks_connected", "Sessions that are open.", registry=registry)
strangers = Gauge("vocu_strangers", "Connections that have not proved yet who they are.", registry=registry)
operations = Gauge("vocu_operations_owned", "Operations that this process serves.", registry=registry)
entries = Gauge("vocu_entries", "Entries of their logs.", registry=registry)
waiting = Gauge("vocu_events_waiting", "Events that came in and wait for a batch.", registry=registry)
behind = Gauge("vocu_sessions_behind", "Sessions whose socket has not taken yet all that there is.", registry=registry)
feed_bytes = Gauge("vocu_feed_bytes", "Newest entries that are kept in memory.", registry=registry)
database_up = Gauge("vocu_database_up", "1 if the database took a write just now.", registry=registry)
disk_free = Gauge("vocu_disk_free_bytes", "Room on the disk of the data folder.", registry=registry)
certificate_left = Gauge(
    "vocu_certificate_seconds_left", "Until the certificate ends; 0 without TLS.", registry=registry
)

_SIMPLE = {
    "commit-failed": commits_failed,
    "connected": logins,
    "rate-limited": rate_limited,
    "join-requested": join_requests,
    "downloaded": downloads,
    "operation-created": operations_created,
    "newsletter-failed": newsletters_failed,
    "feed-failed": feeds_failed,
}
_BY_CODE = {
    "refused": refused,
    "login-failed": logins_failed,
    "line-failed": lines_failed,
    "closed": closed,
    "request-refused": requests_refused,
}


def count(_logger: Any, _method: str, line: Line) -> Line:
    """Count what the log is told; one of structlog's processors."""
    event = line["event"]
    if simple := _SIMPLE.get(event):
        simple.inc()
    elif by_code := _BY_CODE.get(event):
        by_code.labels(line["code"]).inc()
    elif event == "uploaded":
        uploads.inc()
        upload_bytes.inc(line["size"])
    elif event == "newsletter-compiled":
        newsletters.inc()
        last_newsletter.set_to_current_time()
    return line
