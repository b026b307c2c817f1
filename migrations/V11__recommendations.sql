-- Recommendations: what is seen and bought together, learned from every interaction; what a shopper bought and avoids.

CREATE TABLE analytic.learned_product (
    product_no    int              GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id    text             COLLATE "C" NOT NULL UNIQUE,
    viewed_weight double precision NOT NULL DEFAULT 0,
    bought_weight double precision NOT NULL DEFAULT 0
) WITH (
    -- the weights are in no index: a new version stays on its page when there is room
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0
);

COMMENT ON TABLE  analytic.learned_product IS 'The products that visits have named: a short number for each, and how often it was seen and bought.';
COMMENT ON COLUMN analytic.learned_product.product_no IS 'Stands for the product in visits and among partners: four bytes instead of an id.';
COMMENT ON COLUMN analytic.learned_product.product_id IS 'The product (SPU), or a SKU that no product event had assigned when it was learned.';
COMMENT ON COLUMN analytic.learned_product.viewed_weight IS 'The sum of the gains of its events in visits, each times 2^((time - epoch) / half-life).';
COMMENT ON COLUMN analytic.learned_product.bought_weight IS 'The same of its purchases in baskets.';

CREATE TABLE analytic.related_product (
    product_no int                NOT NULL,
    kind       text               NOT NULL CHECK (kind IN ('viewed', 'bought')),
    partners   int[]              NOT NULL,
    strengths  double precision[] NOT NULL,
    PRIMARY KEY (product_no, kind)
) WITH (
    fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0
);

COMMENT ON TABLE  analytic.related_product IS
    'Which products are seen in the same visits or bought in the same baskets as a product: the strongest 100 to 128 partners. One row a product, so that a recommendation reads one page a product.';
COMMENT ON COLUMN analytic.related_product.product_no IS 'The product.';
COMMENT ON COLUMN analytic.related_product.kind IS 'viewed: of visits. bought: of baskets.';
COMMENT ON COLUMN analytic.related_product.partners IS 'The numbers of the partners.';
COMMENT ON COLUMN analytic.related_product.strengths IS 'The strength of each partner: a sum with forward decay, as the weights of learned_product.';

CREATE TABLE analytic.visit (
    visitor     uuid               PRIMARY KEY,
    kind        text               NOT NULL CHECK (kind IN ('viewed', 'bought')),
    account_id  uuid,
    account_at  timestamptz,
    products    int[]              NOT NULL DEFAULT '{}',
    event_ids   bigint[]           NOT NULL DEFAULT '{}',
    event_types text[]             NOT NULL DEFAULT '{}',
    event_times timestamptz[]      NOT NULL DEFAULT '{}',
    gains       double precision[] NOT NULL DEFAULT '{}',
    last_at     timestamptz        NOT NULL
) WITH (
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX visit_account_idx ON analytic.visit (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX visit_last_idx ON analytic.visit USING brin (last_at);

COMMENT ON TABLE  analytic.visit IS 'The latest events of each session, else account, that teach what is seen together; and the lines of each basket. Its row is the lock of those who learn from it.';
COMMENT ON COLUMN analytic.visit.visitor IS 'The hash of the session, else the account, or the basket: analytic.visitor_of.';
COMMENT ON COLUMN analytic.visit.kind IS 'viewed: a session or account. bought: a basket.';
COMMENT ON COLUMN analytic.visit.account_id IS 'The account that signed in, last: its visits are its history. Null for guests. Of a basket: whoever bought it, so that an erasure finds it.';
COMMENT ON COLUMN analytic.visit.account_at IS 'Its latest event, which decides against another account; null of a basket.';
COMMENT ON COLUMN analytic.visit.products IS 'The latest 50 products, the oldest first; the same product as often as it was met.';
COMMENT ON COLUMN analytic.visit.event_ids IS 'The interaction of each, which orders events of the same time.';
COMMENT ON COLUMN analytic.visit.event_types IS 'Its event type.';
COMMENT ON COLUMN analytic.visit.event_times IS 'When it happened.';
COMMENT ON COLUMN analytic.visit.gains IS 'What it taught: the gain of its event type at that time; 0 when it was beyond the cap of its network.';
COMMENT ON COLUMN analytic.visit.last_at IS 'The time of its latest event; visits are removed some time later.';

CREATE TABLE analytic.network_day (
    day        date NOT NULL,
    network    uuid NOT NULL,
    product_no int  NOT NULL,
    events     int  NOT NULL,
    PRIMARY KEY (day, network, product_no)
) WITH (
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0
);

COMMENT ON TABLE  analytic.network_day IS 'How many events of the guests of a network met a product on a day: only the first of them teach what is seen together, because a new session costs nothing.';
COMMENT ON COLUMN analytic.network_day.day IS 'The UTC day of the event time; removed when no event can reach it any more.';
COMMENT ON COLUMN analytic.network_day.network IS 'The hash of the network, as in interaction.';
COMMENT ON COLUMN analytic.network_day.product_no IS 'The product.';
COMMENT ON COLUMN analytic.network_day.events IS 'Events of types that teach, in the order of their arrival.';

CREATE TABLE analytic.bought_product (
    account_id uuid        NOT NULL,
    product_no int         NOT NULL,
    purchases  int         NOT NULL,
    cancelled  int         NOT NULL DEFAULT 0,
    first_at   timestamptz,
    last_at    timestamptz,
    PRIMARY KEY (account_id, product_no),
    CHECK ((purchases > 0) = (first_at IS NOT NULL) AND (purchases > 0) = (last_at IS NOT NULL))
);
COMMENT ON TABLE  analytic.bought_product IS 'What each account bought: left out of its recommendations, and the source of "buy again".';
COMMENT ON COLUMN analytic.bought_product.account_id IS 'The account.';
COMMENT ON COLUMN analytic.bought_product.product_no IS 'The product.';
COMMENT ON COLUMN analytic.bought_product.purchases IS 'How often; lines of one order count separately.';
COMMENT ON COLUMN analytic.bought_product.cancelled IS 'How many of them were cancelled: it is bought when there are fewer.';
COMMENT ON COLUMN analytic.bought_product.first_at IS 'The first time; null as long as only a cancellation is known, which may arrive first or have no purchase.';
COMMENT ON COLUMN analytic.bought_product.last_at IS 'The last time, or null.';

CREATE TABLE analytic.avoided_product (
    account_id uuid        NOT NULL,
    product_no int         NOT NULL,
    event_type text        NOT NULL,
    since      timestamptz NOT NULL,
    PRIMARY KEY (account_id, product_no)
);
COMMENT ON TABLE  analytic.avoided_product IS 'What each account hid, disliked, reported or was not interested in: never recommended to it.';
COMMENT ON COLUMN analytic.avoided_product.account_id IS 'The account. Guests cannot send these events.';
COMMENT ON COLUMN analytic.avoided_product.product_no IS 'The product.';
COMMENT ON COLUMN analytic.avoided_product.event_type IS 'The first such event.';
COMMENT ON COLUMN analytic.avoided_product.since IS 'When it happened.';

CREATE TABLE analytic.learning_state (
    is_single      boolean          PRIMARY KEY DEFAULT true CHECK (is_single),
    epoch          timestamptz      NOT NULL,
    half_life_days double precision NOT NULL CHECK (half_life_days > 0),
    half_life_since timestamptz
);
INSERT INTO analytic.learning_state (epoch, half_life_days) VALUES (now(), 30);
COMMENT ON TABLE  analytic.learning_state IS
    'Forward decay: an event adds its gain times 2^((time - epoch) / half-life), so that no row is rewritten as time passes. Only ratios matter.';
COMMENT ON COLUMN analytic.learning_state.is_single IS 'True: there is one row.';
COMMENT ON COLUMN analytic.learning_state.epoch IS
    'Where the exponent is 0. Another half-life moves it, so that the factor of the present stays; long after it everything is divided by a power of two.';
COMMENT ON COLUMN analytic.learning_state.half_life_days IS 'After how many days an event counts half, a setting of update-catalog.';
COMMENT ON COLUMN analytic.learning_state.half_life_since IS 'When it was last changed; null when it never was, and what was learned can be recounted with it.';

CREATE TABLE analytic.learning_gain (
    event_type text             COLLATE "C" PRIMARY KEY,
    gain       double precision NOT NULL CHECK (gain > 0 AND gain <= 100)
);
INSERT INTO analytic.learning_gain (event_type, gain) VALUES
    ('view', 1), ('click_from_search', 1), ('click_from_category', 1), ('click_from_recommendation', 1),
    ('add_to_cart', 1.5), ('add_to_favorites', 1.5), ('purchase', 2);
COMMENT ON TABLE  analytic.learning_gain IS 'How much an event of each type teaches in a visit. Types that are not named teach nothing.';
COMMENT ON COLUMN analytic.learning_gain.event_type IS 'The event type.';
COMMENT ON COLUMN analytic.learning_gain.gain IS 'Its gain; a view has 1.';

CREATE TABLE analytic.learning_gain_change (
    id           bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_type   text             COLLATE "C" NOT NULL,
    gain         double precision,
    date_created timestamptz      NOT NULL
);
COMMENT ON TABLE  analytic.learning_gain_change IS 'The changes of learning_gain: what was learned before keeps its gain, so verify leaves it out.';
COMMENT ON COLUMN analytic.learning_gain_change.id IS 'Generated, in the order of the changes.';
COMMENT ON COLUMN analytic.learning_gain_change.event_type IS 'The event type.';
COMMENT ON COLUMN analytic.learning_gain_change.gain IS 'Its gain from then on; null when it teaches nothing.';
COMMENT ON COLUMN analytic.learning_gain_change.date_created IS 'When; whatever is recorded later is learned with it.';

ALTER TABLE analytic.pending ADD COLUMN learned boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN analytic.pending.learned IS 'Whether a row of the catalog was learned, while an outside catalog still has to confirm it.';

-- The newest rows of the catalog also say whose they are: a recommendation shows at once what is not learned yet.
COMMENT ON COLUMN analytic.pending.actor IS 'Whose daily cap it counts towards, and whose recommendations it changes, as in the log.';

-- The digest that stands for a session as an origin: domain::Origin::of_session.
CREATE FUNCTION analytic.session_origin(session text) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
        SELECT encode(substr(set_byte(set_byte(hash, 6, get_byte(hash, 6) & 15 | 128), 8, get_byte(hash, 8) & 63 | 128), 1, 16), 'hex')::uuid
        FROM sha256('\x07'::bytea || convert_to('session' || session, 'UTF8')) AS hash
    $$;
COMMENT ON FUNCTION analytic.session_origin(text) IS 'The origin of the events of a session without an account.';

CREATE FUNCTION analytic.is_near_erasure(stored_at timestamptz, account uuid, session text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT EXISTS (SELECT FROM analytic.erasure WHERE stored_at BETWEEN erasure.date_created AND coalesce(date_completed, 'infinity'))
            -- of the person who is being erased, some events are anonymous already
            OR EXISTS (SELECT FROM analytic.erasure_identity
                       WHERE kind = 'account' AND identity = account::text OR kind = 'session' AND identity = session)
            -- of several accounts of a session, one was erased
            OR EXISTS (SELECT FROM analytic.shared_session WHERE origin = analytic.session_origin(session))
    $$;
COMMENT ON FUNCTION analytic.is_near_erasure(timestamptz, uuid, text) IS
    'Whether the log does not say what was learned from an event, because of an erasure: it came while one ran, its person is being erased, or somebody else of its session was.';

-- What was learned, as the log says it, for "shopsignal verify".
CREATE VIEW analytic.learned_event AS
SELECT id, account_id, network, ref_id COLLATE "C" AS reference, event_type COLLATE "C" AS event_type, occurred_at, date_created, metadata,
       coalesce('session ' || session_id, 'account ' || account_id) AS visitor,
       EXISTS (SELECT FROM analytic.exclusion WHERE exclusion.actor IN (logged.actor, logged.network))
       OR analytic.is_near_erasure(date_created, account_id, session_id)
       OR EXISTS (SELECT FROM analytic.product_sku WHERE sku = ref_id COLLATE "default") AS is_unclear
FROM analytic.interaction AS logged
WHERE ref_type = 'Product' AND NOT bot
  AND NOT EXISTS (SELECT FROM analytic.pending WHERE sink = 'catalog' AND interaction_id = logged.id AND NOT learned);
COMMENT ON VIEW analytic.learned_event IS
    'The events that the recommender has learned. Of an unclear one the log does not say whether, for whom, or as what: its actor was ever excluded, it is near an erasure (is_near_erasure), or it names a SKU.';

-- Whose visit an event belongs to, or which basket a purchase: the kind is part of the hash, so that a session cannot have
-- the name of an account.
CREATE FUNCTION analytic.visitor_of(kind text, name text) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT encode(substr(sha256(convert_to(kind || ':' || name, 'UTF8')), 1, 16), 'hex')::uuid $$;
COMMENT ON FUNCTION analytic.visitor_of(text, text) IS 'The hash that stands for a session, an account or a basket in visit.';

-- Adds to the strengths of partners. Above 128 partners the strongest 100 stay: cutting at every event would cost a sort each
-- time, and a new partner would be the first to go.
CREATE FUNCTION analytic.strengthen(INOUT partners int[], INOUT strengths double precision[], others int[], gains double precision[])
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
DECLARE
    place int;
BEGIN
    FOR n IN 1 .. cardinality(others) LOOP
        place := array_position(partners, others[n]);
        IF place IS NULL THEN
            partners  := partners || others[n];
            strengths := strengths || gains[n];
        ELSE
            strengths[place] := strengths[place] + gains[n];
        END IF;
    END LOOP;
    IF cardinality(partners) > 128 THEN
        SELECT array_agg(partner ORDER BY strength DESC, partner), array_agg(strength ORDER BY strength DESC, partner)
        INTO partners, strengths
        FROM (SELECT partner, strength FROM unnest(partners, strengths) AS kept (partner, strength)
              ORDER BY strength DESC, partner LIMIT 100) AS strongest;
    END IF;
END
$$;
COMMENT ON FUNCTION analytic.strengthen(int[], double precision[], int[], double precision[]) IS 'Adds to the strengths of partners, and keeps the strongest.';

CREATE TABLE analytic.merchandising_rule (
    id           bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action       text             NOT NULL CHECK (action IN ('pin', 'boost', 'bury', 'exclude')),
    target       text             NOT NULL CHECK (target IN ('product', 'category', 'seller')),
    target_id    text             COLLATE "C" NOT NULL,
    placement    text             CHECK (placement IN ('viewed', 'bought', 'session', 'personal', 'again', 'cart')),
    position     int              CHECK (position BETWEEN 1 AND 100),
    factor       double precision CHECK (factor > 0),
    starts_at    timestamptz      NOT NULL,
    ends_at      timestamptz      NOT NULL DEFAULT 'infinity',
    reason       text             NOT NULL,
    created_by   text             NOT NULL,
    date_created timestamptz      NOT NULL,
    removed_by   text,
    date_removed timestamptz,
    CHECK ((removed_by IS NULL) = (date_removed IS NULL)),
    CHECK (starts_at < ends_at),
    CHECK ((action = 'pin') = (position IS NOT NULL)),
    CHECK ((action = 'boost') = (factor IS NOT NULL AND factor > 1)),
    CHECK ((action = 'bury') = (factor IS NOT NULL AND factor < 1)),
    CHECK (action <> 'pin' OR target = 'product')
);
CREATE INDEX merchandising_rule_in_force_idx ON analytic.merchandising_rule (ends_at) WHERE date_removed IS NULL;

COMMENT ON TABLE  analytic.merchandising_rule IS 'What the shop decides about recommendations. A rule is never changed or deleted: it is removed, and the row says by whom.';
COMMENT ON COLUMN analytic.merchandising_rule.id IS 'Generated, in the order of the decisions.';
COMMENT ON COLUMN analytic.merchandising_rule.action IS 'pin: shown at a position. boost, bury: the score is multiplied. exclude: never shown.';
COMMENT ON COLUMN analytic.merchandising_rule.target IS 'What the id names.';
COMMENT ON COLUMN analytic.merchandising_rule.target_id IS 'The product, category or seller.';
COMMENT ON COLUMN analytic.merchandising_rule.placement IS 'Where it holds; null for everywhere.';
COMMENT ON COLUMN analytic.merchandising_rule.position IS 'Where a pinned product is shown, from 1.';
COMMENT ON COLUMN analytic.merchandising_rule.factor IS 'What the score is multiplied by: above 1 to boost, below 1 to bury.';
COMMENT ON COLUMN analytic.merchandising_rule.starts_at IS 'From when on it holds.';
COMMENT ON COLUMN analytic.merchandising_rule.ends_at IS 'Until when; infinity when nobody said.';
COMMENT ON COLUMN analytic.merchandising_rule.reason IS 'Why, for whoever reads the list.';
COMMENT ON COLUMN analytic.merchandising_rule.created_by IS 'The subject of the admin''s token.';
COMMENT ON COLUMN analytic.merchandising_rule.date_created IS 'When.';
COMMENT ON COLUMN analytic.merchandising_rule.removed_by IS 'The subject of the admin who removed it; null while it stands.';
COMMENT ON COLUMN analytic.merchandising_rule.date_removed IS 'When.';

-- How recommendations do.

CREATE TABLE analytic.recommendation_count (
    day         date   NOT NULL,
    placement   text   NOT NULL CHECK (placement IN ('viewed', 'bought', 'session', 'personal', 'again', 'cart')),
    arm         text   NOT NULL CHECK (arm IN ('learned', 'control')),
    impressions bigint NOT NULL,
    clicks      bigint NOT NULL,
    conversions bigint NOT NULL,
    PRIMARY KEY (day, placement, arm)
) WITH (
    -- every batch adds to the rows of today
    fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0
);
COMMENT ON TABLE  analytic.recommendation_count IS 'How often recommended products were shown, clicked and bought: sums of events that name a recommendation.';
COMMENT ON COLUMN analytic.recommendation_count.day IS 'The UTC day of the impression or click, also for conversions.';
COMMENT ON COLUMN analytic.recommendation_count.placement IS 'Where the recommendation was shown.';
COMMENT ON COLUMN analytic.recommendation_count.arm IS 'learned: from what was learned. control: only what is popular.';
COMMENT ON COLUMN analytic.recommendation_count.impressions IS 'Events product_impression.';
COMMENT ON COLUMN analytic.recommendation_count.clicks IS 'Events click_from_recommendation.';
COMMENT ON COLUMN analytic.recommendation_count.conversions IS 'Those clicks after which the account bought the product within 7 days.';

CREATE TABLE analytic.recommendation_click (
    account_id     uuid        NOT NULL,
    product_no     int         NOT NULL,
    interaction_id bigint      NOT NULL,
    clicked_at     timestamptz NOT NULL,
    placement      text        NOT NULL,
    arm            text        NOT NULL,
    PRIMARY KEY (account_id, product_no, interaction_id)
) WITH (
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX recommendation_click_at_idx ON analytic.recommendation_click USING brin (clicked_at);
COMMENT ON TABLE  analytic.recommendation_click IS 'Clicks of accounts on recommended products that they have not bought since. A purchase within 7 days counts as a conversion and removes the row; the others are removed after 15 days.';
COMMENT ON COLUMN analytic.recommendation_click.account_id IS 'The account.';
COMMENT ON COLUMN analytic.recommendation_click.product_no IS 'The product.';
COMMENT ON COLUMN analytic.recommendation_click.interaction_id IS 'The click.';
COMMENT ON COLUMN analytic.recommendation_click.clicked_at IS 'When it happened.';
COMMENT ON COLUMN analytic.recommendation_click.placement IS 'Where the recommendation was shown.';
COMMENT ON COLUMN analytic.recommendation_click.arm IS 'learned or control, as in recommendation_count.';

-- After 500 half-lives the factor of the present is 2^500, and a sum must not leave the range of its type, which ends at
-- 2^1024. Division by a power of two is exact.
CREATE FUNCTION analytic.decay_factor(at timestamptz, epoch timestamptz, half_life_days double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- what is older than 200 half-lives counts as that old: smaller factors would leave the range of the type
    SELECT power(2, greatest(-200, extract(epoch FROM at - epoch)::float8 / 86400 / half_life_days))
$$;
COMMENT ON FUNCTION analytic.decay_factor(timestamptz, timestamptz, double precision) IS 'The factor of forward decay of an event at this time: 2^((time - epoch) / half-life).';

CREATE FUNCTION analytic.faded(weight double precision, steps double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN steps > 1000 OR weight < power(2, least(steps, 1000) - 200) THEN 0 ELSE weight / power(2, least(steps, 1000)) END
$$;
COMMENT ON FUNCTION analytic.faded(double precision, double precision) IS 'A weight after so many half-lives; 0 when it would be less than 2^-200, which is nothing beside what was learned since.';

CREATE FUNCTION analytic.rebase_learning() RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    steps double precision;
BEGIN
    -- whoever learns holds it shared
    PERFORM pg_advisory_xact_lock(hashtext('analytic.learning_state'));
    SELECT floor(extract(epoch FROM now() - epoch)::float8 / 86400 / half_life_days) INTO steps FROM analytic.learning_state;
    IF steps < 500 THEN
        RETURN false;
    END IF;
    UPDATE analytic.learned_product
    SET viewed_weight = analytic.faded(viewed_weight, steps), bought_weight = analytic.faded(bought_weight, steps);
    UPDATE analytic.related_product
    SET strengths = ARRAY(SELECT analytic.faded(strength, steps) FROM unnest(strengths) WITH ORDINALITY AS old (strength, place) ORDER BY place);
    UPDATE analytic.learning_state SET epoch = epoch + steps * half_life_days * interval '1 day';
    RETURN true;
END
$$;
COMMENT ON FUNCTION analytic.rebase_learning() IS 'Moves the epoch of forward decay when the factor of the present has become large; true when it did.';
