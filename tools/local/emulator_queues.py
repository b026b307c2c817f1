"""How the emulator's queues and their mappings differ from AWS, removed: batches, trace headers, concurrency."""

import threading
import time

from emulator_patch import replace

# An event source mapping hands a function at most this many bytes:
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_BATCH_BYTES = 6 * 1024 * 1024
# An upper estimate of what a record of ours adds to its body in the event: ids, receipt handle, attributes, ARN.
RECORD_OVERHEAD_BYTES = 700


class BatchWindow:
    """When a queue's visible messages are due: the batch is full, or its first message has waited for the window.

    Keeps one instant per queue. Only the emulator's single polling thread calls it, so it needs no lock of its own.
    """

    def __init__(self, wake):
        self._wake = wake
        self._first_seen = {}

    def is_due(self, queue_url, full, window_seconds):
        """Says whether to hand over now; if not, makes the poller look again when the window ends."""
        now = time.monotonic()
        first_seen = self._first_seen.setdefault(queue_url, now)
        remaining = first_seen + window_seconds - now
        if full or remaining <= 0:
            del self._first_seen[queue_url]
            return True
        if first_seen == now:
            timer = threading.Timer(remaining, self._wake.set)
            timer.daemon = True
            timer.start()
        return False

    def forget(self, queue_url):
        """Starts over for a queue that has nothing visible."""
        self._first_seen.pop(queue_url, None)


def fitting(messages, limit):
    """Counts the leading messages that fit into one event, by number and by bytes."""
    total = 0
    for count, message in enumerate(messages[:limit]):
        total += len(message["body"].encode()) + RECORD_OVERHEAD_BYTES
        if total > MAX_BATCH_BYTES and count > 0:
            return count
    return min(len(messages), limit)


def window_of(lambda_svc, queue_arn):
    """Finds the batching window, in seconds, of the mapping that reads a queue."""
    for _account, _region, mapping in lambda_svc._iter_all_esms():
        if mapping.get("EventSourceArn") == queue_arn and mapping.get("Enabled", True):
            return float(mapping.get("MaximumBatchingWindowInSeconds") or 0)
    return 0.0


def batches_as_on_aws(sqs, lambda_svc):
    """Batches of up to 10,000 with a batching window. Without this: never more than 10, and no window."""
    for name in ("_queues_lock", "_get_q", "_expire_retained", "_dlq_sweep", "_collect_msgs", "_ensure_msg_fields"):
        replace(sqs, name, lambda original: original)
    for name in ("_iter_all_esms", "_esm_wake"):
        replace(lambda_svc, name, lambda original: original)
    window = BatchWindow(lambda_svc._esm_wake)

    def receive(queue_url, max_number):
        with sqs._queues_lock:
            queue = sqs._get_q(queue_url)
            sqs._expire_retained(queue)
            sqs._dlq_sweep(queue)
            visibility = int(queue["attributes"].get("VisibilityTimeout", "30"))
            if queue["is_fifo"]:
                return sqs._collect_msgs(queue, min(max_number, 10), visibility)
            now = time.time()
            for message in queue["messages"]:
                sqs._ensure_msg_fields(message)
            visible = [message for message in queue["messages"] if message["visible_at"] <= now]
            if not visible:
                window.forget(queue_url)
                return []
            count = fitting(visible, int(max_number))
            full = count == int(max_number) or count < len(visible)
            if not window.is_due(queue_url, full, window_of(lambda_svc, queue["attributes"].get("QueueArn"))):
                return []
            return sqs._collect_msgs(queue, count, visibility)

    replace(sqs, "_receive_messages_for_esm", lambda _original: receive)


def trace_headers_in_batches(sqs):
    """The trace header of each message of a batch. Without this: SendMessage keeps it, SendMessageBatch drops it."""
    # What the call in progress has for the messages to come, in order. The emulator sends a batch without a pause.
    waiting = []

    def make_one(original):
        def send(data, queue_url):
            attributes = waiting.pop(0) if waiting else None
            return original({**data, "MessageSystemAttributes": attributes} if attributes else data, queue_url)

        return send

    def make_batch(original):
        def send_all(data, queue_url):
            waiting[:] = [entry.get("MessageSystemAttributes") for entry in data.get("Entries", [])]
            try:
                return original(data, queue_url)
            finally:
                waiting.clear()

        return send_all

    # The batch finds the single send by its name; requests find the batch in the table.
    replace(sqs, "_act_send_message", make_one)
    replace(sqs, "_act_send_message_batch", make_batch)
    replace(sqs, "_HANDLERS", lambda table: {**table, "SendMessageBatch": sqs._act_send_message_batch})


def concurrency_from_parameters(lambda_svc):
    """MaximumConcurrency given by a template parameter, which is text. Without this: no queue is polled at all."""

    def make(original):
        def concurrency(mapping, *rest):
            limit = (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency")
            if isinstance(limit, str):
                mapping = {**mapping, "ScalingConfig": {"MaximumConcurrency": int(limit)}}
            return original(mapping, *rest)

        return concurrency

    replace(lambda_svc, "_sqs_esm_concurrency", make)
