-- The weights and caps of events, the counts that weights multiply, and the resulting popularity.

CREATE TABLE analytic.event_weight (
    event_type    text    PRIMARY KEY CHECK (event_type ~ '^[a-z][a-z0-9_]{0,63}$'),
    weight_micros bigint  NOT NULL CHECK (abs(weight_micros) <= 1000000000),
    counter       text    CHECK (counter IN ('view_count', 'purchase_count', 'favorite_count', 'cart_count', 'review_count')),
    trusted       boolean NOT NULL DEFAULT false
);

COMMENT ON TABLE  analytic.event_weight IS 'The weights of events. Change them with "shopsignal weights set", which recomputes every score.';
COMMENT ON COLUMN analytic.event_weight.event_type IS 'The event.';
COMMENT ON COLUMN analytic.event_weight.weight_micros IS 'What one event adds to the score, in micro-points.';
COMMENT ON COLUMN analytic.event_weight.counter IS 'The counter that one event raises by one; null for none.';
COMMENT ON COLUMN analytic.event_weight.trusted IS 'Only callers with the scope analytic/trusted may send it.';

INSERT INTO analytic.event_weight (event_type, weight_micros, counter, trusted) VALUES
    ('purchase',                   800000, 'purchase_count', true),
    ('add_to_favorites',           600000, 'favorite_count', false),
    ('checkout_started',           600000, NULL,             true),
    ('add_to_cart',                500000, 'cart_count',     false),
    ('write_review',               500000, 'review_count',   true),
    ('rating_high',                400000, 'review_count',   true),
    ('view',                       300000, 'view_count',     false),
    ('ask_question',               250000, NULL,             false),
    ('click_from_search',          200000, NULL,             false),
    ('click_from_recommendation',  150000, NULL,             false),
    ('view_similar_products',      150000, NULL,             false),
    ('click_from_category',        120000, NULL,             false),
    ('rating_medium',              100000, 'review_count',   true),
    ('product_impression',         100000, NULL,             false),
    ('view_bounce',               -100000, 'view_count',     false),
    ('not_interested',            -300000, NULL,             false),
    ('remove_from_cart',          -300000, 'cart_count',     false),
    ('hide_item',                 -350000, NULL,             false),
    ('rating_low',                -500000, 'review_count',   true),
    ('dislike',                   -500000, NULL,             false),
    ('return_product',            -600000, NULL,             true),
    ('cancel_order',              -600000, NULL,             true),
    ('refund_requested',          -700000, NULL,             true),
    ('report_product',           -1200000, NULL,             false);

CREATE TABLE analytic.event_cap (
    event_type        text COLLATE "C" NOT NULL CHECK (event_type ~ '^[a-z][a-z0-9_]{0,63}$'),
    first_day         date NOT NULL,
    daily_cap         int  CHECK (daily_cap BETWEEN 1 AND 100),
    network_daily_cap int  CHECK (network_daily_cap BETWEEN daily_cap AND 1000),
    PRIMARY KEY (event_type, first_day),
    CHECK ((daily_cap IS NULL) = (network_daily_cap IS NULL))
);

COMMENT ON TABLE  analytic.event_cap IS
    'How many events of a type count per actor, product and day. Change them with "shopsignal weights set": a new cap begins with a later day, so every day has one cap, also when it is counted again.';
COMMENT ON COLUMN analytic.event_cap.event_type IS 'The event.';
COMMENT ON COLUMN analytic.event_cap.first_day IS 'The UTC day of the event time from which the row applies, until the next row of the event.';
COMMENT ON COLUMN analytic.event_cap.daily_cap IS 'Events of one actor that count, per reference and day; null for no cap, as for an event without a row.';
COMMENT ON COLUMN analytic.event_cap.network_daily_cap IS 'Events of all guests of one network that count, per reference and day.';

-- Trusted events have no cap: the shop vouches for each of them. A network has ten times the cap of an actor: an office or a
-- carrier may hold that many people who like one product on one day.
INSERT INTO analytic.event_cap (event_type, first_day, daily_cap, network_daily_cap)
SELECT event_type, '-infinity', daily_cap, 10 * daily_cap FROM (VALUES
    ('add_to_favorites',           1),
    ('dislike',                    1),
    ('not_interested',             1),
    ('hide_item',                  1),
    ('report_product',             1),
    ('add_to_cart',                3),
    ('remove_from_cart',           3),
    ('view',                       5),
    ('view_bounce',                5),
    ('ask_question',               5),
    ('click_from_search',          5),
    ('click_from_recommendation',  5),
    ('click_from_category',        5),
    ('view_similar_products',      5),
    ('product_impression',        10)) AS cap (event_type, daily_cap);

CREATE VIEW analytic.event_cap_period AS
SELECT event_type, first_day, lead(first_day, 1, 'infinity') OVER (PARTITION BY event_type ORDER BY first_day) AS end_day,
       daily_cap, network_daily_cap
FROM analytic.event_cap;
COMMENT ON VIEW analytic.event_cap_period IS 'The caps, each with the day on which it no longer applies.';

CREATE TABLE analytic.actor_day (
    day        date     NOT NULL,
    cap        int      NOT NULL,
    guest_cap  int      NOT NULL,
    actor      uuid     NOT NULL,
    reference  text     COLLATE "C" NOT NULL,
    event_type text     COLLATE "C" NOT NULL,
    kept       bigint[] NOT NULL,
    gained     bigint[],
    lost       bigint[],
    guests     uuid[]   NOT NULL DEFAULT '{}',
    -- by what they name before by actor: rank-products reads the actors of a product on a day
    PRIMARY KEY (day, reference, actor, event_type),
    CHECK (cardinality(kept) BETWEEN 1 AND cap),
    CHECK (cardinality(guests) IN (0, cardinality(kept)))
) WITH (fillfactor = 85);

COMMENT ON TABLE  analytic.actor_day IS
    'Which events count of those that have a cap: per actor, reference, type and UTC day of the event time the earliest, by the hour and then by the id of the interaction. Days that no event can reach any more are pruned.';
COMMENT ON COLUMN analytic.actor_day.day IS 'The UTC day of the event time.';
COMMENT ON COLUMN analytic.actor_day.cap IS 'How many keys it may keep: the cap of that day, of the actor or of the network.';
COMMENT ON COLUMN analytic.actor_day.guest_cap IS 'How many of them one guest of the network may have; the cap itself for an account.';
COMMENT ON COLUMN analytic.actor_day.actor IS 'The actor, as in the log; guests are in one row of their network, which is an actor of its own.';
COMMENT ON COLUMN analytic.actor_day.reference IS 'What the events name: a product or a SKU.';
COMMENT ON COLUMN analytic.actor_day.event_type IS 'The event.';
COMMENT ON COLUMN analytic.actor_day.kept IS
    'The keys of the events that count, ascending: hour of the day << 58 | id of the interaction. Larger keys need not be kept: an event that is earlier than one of these takes its place, and none is ever freed.';
COMMENT ON COLUMN analytic.actor_day.gained IS 'The keys that began to count with the last change, for the scoring statement; null when all did.';
COMMENT ON COLUMN analytic.actor_day.lost IS 'The keys that ceased to count with it.';
COMMENT ON COLUMN analytic.actor_day.guests IS 'Of a network: the guest of each key, in the same order. Empty for everyone else.';

-- Adds events of an actor, or of the guests of a network, to those that are kept, and keeps the earliest of all.
CREATE FUNCTION analytic.keep_earliest(
    INOUT kept bigint[], INOUT guests uuid[], keys bigint[], their_guests uuid[], guest_cap int, cap int, OUT gained bigint[], OUT lost bigint[]
) LANGUAGE plpgsql IMMUTABLE AS $function$
DECLARE
    before bigint[] := kept;
BEGIN
    IF cardinality(kept) = 0 OR keys[1] > kept[cardinality(kept)] THEN
        -- as usual: later than all that is kept, so nothing is displaced
        gained := '{}';
        FOR n IN 1 .. cardinality(keys) LOOP
            EXIT WHEN cardinality(kept) >= cap;
            CONTINUE WHEN cardinality(array_positions(guests, their_guests[n])) >= guest_cap;
            kept := kept || keys[n];
            gained := gained || keys[n];
            IF their_guests[n] IS NOT NULL THEN
                guests := guests || their_guests[n];
            END IF;
        END LOOP;
        RETURN;
    END IF;
    SELECT array_agg(key ORDER BY key), coalesce(array_agg(guest ORDER BY key) FILTER (WHERE guest IS NOT NULL), '{}') INTO kept, guests
    FROM (
        SELECT key, guest FROM (
            -- without guests all are of the one actor
            SELECT key, guest, row_number() OVER (PARTITION BY guest ORDER BY key) AS place
            FROM unnest(before || keys, guests || their_guests) AS event (key, guest)) AS ranked
        WHERE place <= guest_cap ORDER BY key LIMIT cap) AS earliest;
    gained := ARRAY(SELECT key FROM unnest(kept) AS key WHERE key <> ALL (before));
    lost := ARRAY(SELECT key FROM unnest(before) AS key WHERE key <> ALL (kept));
END
$function$;
COMMENT ON FUNCTION analytic.keep_earliest IS
    'Adds keys, ascending, to those that are kept, and keeps the smallest: at most guest_cap of each guest, and at most cap together. Returns which keys came and which went, too.';

CREATE TABLE analytic.exclusion (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor        uuid        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('account', 'session', 'network')),
    since        timestamptz NOT NULL,
    reason       text        NOT NULL,
    excluded_by  text        NOT NULL,
    date_created timestamptz NOT NULL,
    ended_by     text,
    date_ended   timestamptz,
    CHECK ((ended_by IS NULL) = (date_ended IS NULL))
);
CREATE UNIQUE INDEX exclusion_in_force_idx ON analytic.exclusion (actor) WHERE date_ended IS NULL;

COMMENT ON TABLE  analytic.exclusion IS
    'Actors whose events do not count. Change it with "shopsignal exclude" and "include", which move the counts in the same transaction. Ended rows stay.';
COMMENT ON COLUMN analytic.exclusion.id IS 'Generated, in the order of the decisions.';
COMMENT ON COLUMN analytic.exclusion.actor IS 'The account or session, as interaction.actor, or the network, as interaction.network: a hash.';
COMMENT ON COLUMN analytic.exclusion.kind IS 'What the hash stands for: account, session or network.';
COMMENT ON COLUMN analytic.exclusion.since IS 'From which event time on its events do not count; -infinity for all of them.';
COMMENT ON COLUMN analytic.exclusion.reason IS 'Why, for whoever reads the list.';
COMMENT ON COLUMN analytic.exclusion.excluded_by IS 'Who decided it: "command".';
COMMENT ON COLUMN analytic.exclusion.date_created IS 'When.';
COMMENT ON COLUMN analytic.exclusion.ended_by IS 'Who ended it; null while it is in force.';
COMMENT ON COLUMN analytic.exclusion.date_ended IS 'When.';

CREATE TABLE analytic.product_popularity (
    id             text COLLATE "C" PRIMARY KEY,
    score_micros   bigint           NOT NULL,
    score          double precision GENERATED ALWAYS AS (score_micros / 1000000.0::double precision) STORED,
    view_count     bigint           NOT NULL,
    purchase_count bigint           NOT NULL,
    favorite_count bigint           NOT NULL,
    cart_count     bigint           NOT NULL,
    review_count   bigint           NOT NULL,
    date_updated   timestamptz      NOT NULL,
    standing       text COLLATE "C" NOT NULL DEFAULT 'unknown' CHECK (standing IN ('unknown', 'announced', 'withdrawn'))
);
-- The top list. A row is in one of them at most, so the scorer pays for one.
CREATE INDEX product_popularity_announced_idx ON analytic.product_popularity (score_micros DESC, id) WHERE standing = 'announced';
CREATE INDEX product_popularity_unknown_idx ON analytic.product_popularity (score_micros DESC, id) WHERE standing = 'unknown';

COMMENT ON TABLE  analytic.product_popularity IS 'One row per product that was ever scored. Equal to popularity_recount at every instant.';
COMMENT ON COLUMN analytic.product_popularity.id IS 'The product (SPU), by the shop''s id. Collated by bytes, like every id that is ordered: ties of a score have the same order everywhere.';
COMMENT ON COLUMN analytic.product_popularity.score_micros IS 'Sum of the weights of the applied events, in micro-points: exact in any order.';
COMMENT ON COLUMN analytic.product_popularity.score IS 'The same in points, for readers.';
COMMENT ON COLUMN analytic.product_popularity.view_count IS 'view and view_bounce events.';
COMMENT ON COLUMN analytic.product_popularity.purchase_count IS 'purchase events.';
COMMENT ON COLUMN analytic.product_popularity.favorite_count IS 'add_to_favorites events.';
COMMENT ON COLUMN analytic.product_popularity.cart_count IS 'add_to_cart and remove_from_cart events.';
COMMENT ON COLUMN analytic.product_popularity.review_count IS 'write_review and rating_* events.';
COMMENT ON COLUMN analytic.product_popularity.date_updated IS 'The last change.';
COMMENT ON COLUMN analytic.product_popularity.standing IS 'What product events say: nothing, that it is offered, or that it was withdrawn. Kept by rank-products, which sees every product that changed, so it is up to a minute late; the scorer does not look it up.';

CREATE TABLE analytic.activity (
    bucket     timestamptz NOT NULL,
    counted    bigint      NOT NULL,
    capped     bigint      NOT NULL DEFAULT 0,
    excluded   bigint      NOT NULL DEFAULT 0,
    reference  text        COLLATE "C" NOT NULL,
    grain      text        COLLATE "C" NOT NULL CHECK (grain IN ('hour', 'day', 'total')),
    event_type text        COLLATE "C" NOT NULL,
    PRIMARY KEY (reference, grain, bucket, event_type),
    CHECK ((grain = 'total') = (bucket = '-infinity'))
);

COMMENT ON TABLE  analytic.activity IS
    'The applied events that name a product or a SKU, counted by time and type. Scores are these counts times the weights, and hours fold into days, days into a total, so that it grows with the products and not with the events.';
COMMENT ON COLUMN analytic.activity.bucket IS 'Where the hour or the UTC day of the event time begins; -infinity for the total.';
COMMENT ON COLUMN analytic.activity.counted IS 'Events that count for the score. Below 0 in an hour that was folded, when an earlier hour''s event takes the place of one that counted in it, until the next fold.';
COMMENT ON COLUMN analytic.activity.capped IS 'Events beyond the daily cap of their actor or network, which do not count for the score.';
COMMENT ON COLUMN analytic.activity.excluded IS 'Events of known bots and of excluded actors, which do not count for the score.';
COMMENT ON COLUMN analytic.activity.reference IS 'What the events name: an SPU or a SKU. Not the product that a SKU leads to, so that a SKU takes its counts along when it moves.';
COMMENT ON COLUMN analytic.activity.grain IS 'How much time the row covers: an hour, a UTC day, or everything older.';
COMMENT ON COLUMN analytic.activity.event_type IS 'The event, with a weight or without: a weight that is set later finds the counts.';
