-- The weights of events, the counts that they multiply, and the resulting popularity.

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
COMMENT ON COLUMN analytic.activity.counted IS 'Events that count for the score.';
COMMENT ON COLUMN analytic.activity.capped IS 'Events beyond a limit, which do not count for the score. 0 as long as there are no limits.';
COMMENT ON COLUMN analytic.activity.excluded IS 'Events of excluded senders, which do not count for the score. 0 as long as nobody is excluded.';
COMMENT ON COLUMN analytic.activity.reference IS 'What the events name: an SPU or a SKU. Not the product that a SKU leads to, so that a SKU takes its counts along when it moves.';
COMMENT ON COLUMN analytic.activity.grain IS 'How much time the row covers: an hour, a UTC day, or everything older.';
COMMENT ON COLUMN analytic.activity.event_type IS 'The event, with a weight or without: a weight that is set later finds the counts.';
