"""What the generator of requests has to know about this API beyond its description, and one check of our own."""

import ast
import base64
import datetime
import functools
import gc
import hashlib
import json
import os
import pathlib

import jsonschema_rs
import schemathesis
from hypothesis import strategies as st

DESCRIPTION = pathlib.Path(__file__).parents[2] / "docs/openapi.json"
METADATA_MAX_BYTES = {"recordInteractions": 8 * 1024, "recordGuestInteractions": 2 * 1024}
METADATA_MAX_DEPTH = 16
PAGED_ROWS_MAX = 1_000
PAST_LIMIT = datetime.timedelta(days=7)
FUTURE_LIMIT = datetime.timedelta(minutes=5)
# A time this near a limit may pass it on the way.
MARGIN = datetime.timedelta(minutes=1)
NIL = "00000000-0000-0000-0000-000000000000"
# Only the log knows these: an id that other content has, an event whose weight says "trusted".
BY_STORED_DATA = {"conflict", "forbidden_event"}
REQUESTS = {
    "recordInteractions": ("ProductInteraction", "CategoryInteraction"),
    "recordGuestInteractions": ("GuestProductInteraction", "GuestCategoryInteraction"),
}

def without_collection(function):
    """A function during which no garbage is collected."""

    @functools.wraps(function)
    def undisturbed(*arguments, **options):
        gc.disable()
        try:
            return function(*arguments, **options)
        finally:
            gc.enable()

    return undisturbed


# CPython 3.11 raises "AST constructor recursion depth mismatch" when a finalizer, run by a collection in the middle of
# ast.parse, parses as well. This program does, while it describes its strategies.
ast.parse = without_collection(ast.parse)


def own_account():
    """The account of the token that the run was started with."""
    payload = os.environ["SHOPSIGNAL_TOKEN"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]


def rfc3339(seconds, micros, zone):
    """A time that many seconds from now, in one of the ways to write it."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.replace(microsecond=micros).astimezone(zone).isoformat()


def zone(minutes):
    """An offset from UTC."""
    return datetime.timezone(datetime.timedelta(minutes=minutes))


ZONES = st.integers(-14 * 60, 14 * 60).map(zone)
INSIDE_THE_WINDOW = st.integers(-int((PAST_LIMIT - MARGIN).total_seconds()), int((FUTURE_LIMIT - MARGIN).total_seconds()))
schemathesis.openapi.format("date-time", st.builds(rfc3339, INSIDE_THE_WINDOW, st.integers(0, 999_999), ZONES))
schemathesis.openapi.format("uuid", st.uuids(allow_nil=False).map(str))


def cursor_of(text):
    """A cursor of the top list: its version, a score and an id."""
    digest = hashlib.sha256(text.encode(errors="replace"))
    return base64.urlsafe_b64encode(b"\x03" + digest.digest()[:8] + digest.hexdigest()[:12].encode()).decode().rstrip("=")


@schemathesis.hook
def map_case(context, case):
    """Makes right requests right where the description has no words for a rule."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return case
    operation = case.operation.definition.raw.get("operationId")
    if operation == "listPopularity" and case.query:
        if "cursor" in case.query:
            case.query.pop("page", None)
            case.query["cursor"] = cursor_of(str(case.query["cursor"]))
        else:
            deepest = PAGED_ROWS_MAX // int(case.query.get("limit", 10))
            case.query["page"] = min(int(case.query.get("page", 1)), deepest)
    if operation == "recordInteractions" and isinstance(case.body, dict):
        for place in [case.body, *case.body.get("interactions", [])]:
            if isinstance(place, dict) and place.get("account_id") is not None:
                place["account_id"] = own_account()
    return case


@functools.cache
def validators(operation):
    """One validator for each kind of item."""
    components = json.loads(DESCRIPTION.read_text())["components"]
    schemas = [{"$ref": f"#/components/schemas/{name}", "components": components} for name in REQUESTS[operation]]
    return [jsonschema_rs.Draft202012Validator(schema, validate_formats=True) for schema in schemas]


def depth(value):
    """How many objects and arrays are in each other."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def is_valid(item, operation):
    """Whether an item should be stored; None where only the server can know."""
    try:
        text = json.dumps(item, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        return False  # a lone surrogate
    if isinstance(item, dict) and isinstance(item.get("ref_id"), float):
        return None  # 1.0 is an integer to the schema and none to the reader
    if not any(kind.is_valid(item) for kind in validators(operation)):
        return False
    if NIL in (item.get("event_id"), item["ref_id"] if item["ref_type"] == "Product" else None):
        return False
    if item.get("account_id") is not None and item["account_id"].lower() != own_account():
        return False
    metadata = item.get("metadata") or {}
    if depth(metadata) > METADATA_MAX_DEPTH:
        return False
    shortest = len(json.dumps(metadata, ensure_ascii=False, separators=(",", ":")).encode())
    if shortest > METADATA_MAX_BYTES[operation]:
        return False
    # How the numbers and escapes were spelt on the wire is gone here.
    if len(json.dumps(metadata)) > METADATA_MAX_BYTES[operation]:
        return None
    return is_in_window(item.get("occurred_at"))


def is_in_window(occurred_at):
    """Whether a time is inside the window; None near its edges."""
    if occurred_at is None:
        return True
    try:
        age = datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.fromisoformat(occurred_at)
    except (ValueError, OverflowError):
        return None  # Python reads fewer spellings than RFC 3339 has
    if abs(age - PAST_LIMIT) < MARGIN or abs(age + FUTURE_LIMIT) < MARGIN:
        return None
    return -FUTURE_LIMIT < age < PAST_LIMIT


def items_of(body):
    """The items of a request that can be told apart, else None."""
    if not isinstance(body, dict) or not set(body) <= {"interactions", "account_id"}:
        return None
    if not isinstance(body.get("account_id"), (str, type(None))):
        return None
    items = body.get("interactions")
    return items if isinstance(items, list) and 1 <= len(items) <= 100 else None


@schemathesis.check
def every_item_is_validated_by_the_schema(ctx, response, case):
    """A valid item is stored and an invalid one is not, whatever its neighbours are."""
    operation = case.operation.definition.raw.get("operationId")
    if operation not in REQUESTS or case.method != "POST" or response.status_code in (401, 403, 405):
        return
    sent = response.request.body or b""
    try:
        body = json.loads(sent)
    except ValueError:
        assert response.status_code == 400, "a body that is not JSON was not refused"
        return
    items = items_of(body)
    answer = response.json()
    reply = answer["data"] if response.status_code == 200 else answer["error"].get("details")
    if items is None or reply is None:
        assert items is None and reply is None and response.status_code in (400, 413), "the wrong answer to this shape"
        return
    assert len(reply["results"]) == len(items), "not one result an item"
    stored = 0
    for index, (item, result) in enumerate(zip(items, reply["results"])):
        is_stored = result["status"] in ("accepted", "duplicate")
        stored += is_stored
        expected = is_valid(item, operation)
        if expected is None or (expected and result.get("code") in BY_STORED_DATA):
            continue
        assert is_stored == expected, f"item {index} is {'valid' if expected else 'invalid'}, but: {result}"
    assert (response.status_code == 200) == (stored > 0), "the status does not fit the items"
