-- Export and erasure of a person: indexes from a person to the rows that name them, and the record of erasures.

-- From an address to the customer ids that events name together with it.
CREATE INDEX customer_link_address_idx ON analytic.customer_link (address_key);

-- From a person to the events that name them: few events do, so the index is small and rarely updated.
CREATE INDEX shop_event_person_idx ON analytic.shop_event ((coalesce(content->>'customer', content->>'user')))
    WHERE coalesce(content->>'customer', content->>'user') IS NOT NULL;

-- From a person to their interactions. Only past days get this index: every request writes to today's partition, and an
-- index on accounts would slow each of them down; it is scanned instead.
CREATE FUNCTION analytic.index_past_day(today date) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    partition_name text;
BEGIN
    SELECT relname INTO partition_name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'analytic.interaction'::regclass AND relname ~ '^interaction_[0-9]{8}$'
      AND to_date(right(relname, 8), 'YYYYMMDD') < today AND to_regclass('analytic.' || relname || '_account_idx') IS NULL
    -- by name, so that concurrent runners wait instead of deadlocking
    ORDER BY relname LIMIT 1;
    IF partition_name IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON analytic.%I (session_id) WHERE session_id IS NOT NULL',
        partition_name || '_session_idx', partition_name);
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON analytic.%I (account_id) WHERE account_id IS NOT NULL',
        partition_name || '_account_idx', partition_name);
    RETURN true;
END
$$;
COMMENT ON FUNCTION analytic.index_past_day(date) IS 'Indexes accounts and sessions of the oldest past day without such an index; false when every day has one.';

-- A digest of content that includes a customer id would identify the customer to someone who tries all ids. An erased
-- event has none: a repeated event under its id is compared by the remaining fields.
ALTER TABLE analytic.shop_event ALTER COLUMN fingerprint DROP NOT NULL;
COMMENT ON COLUMN analytic.shop_event.fingerprint IS 'First 128 bits of SHA-256 over the content: the same id with another one is a conflict. Null when the person in it was erased: then type, subject, service and time are compared.';

ALTER TABLE analytic.interaction_key ALTER COLUMN fingerprint DROP NOT NULL;
COMMENT ON COLUMN analytic.interaction_key.fingerprint IS 'First 128 bits of SHA-256 over the content. Null when the person in it was erased: then any content is a duplicate.';

-- The id of a finding is a digest that includes its subject, so it changes when the subject is erased; its alert
-- follows.
ALTER TABLE analytic.pending_alert DROP CONSTRAINT pending_alert_finding_id_fkey,
    ADD CONSTRAINT pending_alert_finding_id_fkey FOREIGN KEY (finding_id) REFERENCES analytic.finding (id) ON UPDATE CASCADE;

-- The customer ids that events name together with an address: in one event, or in two events about the same order or
-- opinion.
CREATE FUNCTION analytic.linked_customer_ids(address text) RETURNS SETOF text
    LANGUAGE sql STABLE
    AS $$
SELECT customer_key FROM analytic.customer_link WHERE address_key = address
UNION
SELECT coalesce(other.content->>'customer', other.content->>'user')
FROM analytic.shop_event AS named JOIN analytic.shop_event AS other USING (subject, subject_id)
WHERE coalesce(named.content->>'customer', named.content->>'user') = address
  AND coalesce(other.content->>'customer', other.content->>'user') NOT LIKE 'email:%'
$$;
COMMENT ON FUNCTION analytic.linked_customer_ids(text) IS 'The customer ids that events name a hashed address with, also of those who were erased. More than one: the address is shared and identifies no one.';

CREATE TABLE analytic.erasure (
    id             uuid        PRIMARY KEY,
    named_by       text        NOT NULL CHECK (named_by IN ('account', 'customer', 'email')),
    requested_by   text        NOT NULL,
    linked         jsonb       NOT NULL,
    counts         jsonb       NOT NULL DEFAULT '{}',
    date_created   timestamptz NOT NULL,
    covered_until  timestamptz,
    settles_at     timestamptz,
    date_completed timestamptz
);

COMMENT ON TABLE  analytic.erasure IS 'The receipts of erasures. Nothing in it identifies a person.';
COMMENT ON COLUMN analytic.erasure.id IS 'The receipt, to be kept with the request of the person.';
COMMENT ON COLUMN analytic.erasure.named_by IS 'How the person was identified: account, customer or email.';
COMMENT ON COLUMN analytic.erasure.requested_by IS 'The requester: "command", or the client of the trusted token.';
COMMENT ON COLUMN analytic.erasure.linked IS 'How many identities were found of each kind, and how many were not followed because others share them.';
COMMENT ON COLUMN analytic.erasure.counts IS 'How many rows, items and messages were anonymized in each place.';
COMMENT ON COLUMN analytic.erasure.date_created IS 'When it began.';
COMMENT ON COLUMN analytic.erasure.covered_until IS 'Everything stored until then is erased; later data belongs to a new person. Null until the events were renamed, and again when it is resumed later.';
COMMENT ON COLUMN analytic.erasure.settles_at IS 'When no delivery to the feed that has read the person''s rows can be in progress any more; the feed is cleaned again then.';
COMMENT ON COLUMN analytic.erasure.date_completed IS 'When it was complete; null while it is in progress or after it was interrupted.';

CREATE TABLE analytic.erasure_identity (
    erasure_id uuid NOT NULL REFERENCES analytic.erasure (id),
    kind       text NOT NULL CHECK (kind IN ('account', 'customer', 'session')),
    identity   text NOT NULL,
    origin     uuid NOT NULL DEFAULT gen_random_uuid(),
    PRIMARY KEY (kind, identity)
);
CREATE INDEX erasure_identity_erasure_idx ON analytic.erasure_identity (erasure_id);

COMMENT ON TABLE  analytic.erasure_identity IS 'The identities of erasures in progress. Deleted when they complete; without them an interrupted erasure could not find the data whose links it has removed.';
COMMENT ON COLUMN analytic.erasure_identity.erasure_id IS 'The erasure.';
COMMENT ON COLUMN analytic.erasure_identity.kind IS 'account, customer or session.';
COMMENT ON COLUMN analytic.erasure_identity.identity IS 'The account, customer key or session.';
COMMENT ON COLUMN analytic.erasure_identity.origin IS 'The random origin that its interactions get: the same for all of them, so that one sender remains one.';

CREATE TABLE analytic.shared_session (
    origin uuid PRIMARY KEY
);

COMMENT ON TABLE  analytic.shared_session IS 'Sessions in which several accounts signed in, of which one was erased: events in them before signing in still belong to no one.';
COMMENT ON COLUMN analytic.shared_session.origin IS 'The origin of the session (a digest of its id).';
