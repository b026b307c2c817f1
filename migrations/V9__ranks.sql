-- Rank lists: which products are ahead in which window of time, kept for what changed and not for what exists.

-- What is to be computed again, in the order in which it happened. Without an index, so that a scorer only appends.
CREATE TABLE analytic.rank_change (
    product_id text COLLATE "C"
) WITH (
    -- as pending: a queue table is empty most of the time
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0
);

COMMENT ON TABLE  analytic.rank_change IS 'Products whose activity, category, seller or listing changed since rank-products last looked; the same product as often as it changed.';
COMMENT ON COLUMN analytic.rank_change.product_id IS 'The product; null for every product, as after a change of weights.';

CREATE TABLE analytic.rank_due (
    product_id text COLLATE "C" PRIMARY KEY
) WITH (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0
);

COMMENT ON TABLE  analytic.rank_due IS 'Products that the generation being built has yet to compute: those that changed, and those of which an hour has left a window.';
COMMENT ON COLUMN analytic.rank_due.product_id IS 'The product. Deleted by the transaction that writes its row of product_rank.';

CREATE TABLE analytic.rank_state (
    is_single       boolean     PRIMARY KEY DEFAULT true CHECK (is_single),
    generation      bigint      NOT NULL,
    as_of           timestamptz NOT NULL,
    half_life_hours int         NOT NULL,
    announced_only  boolean     NOT NULL,
    pruned_to       bigint      NOT NULL
);
INSERT INTO analytic.rank_state (generation, as_of, half_life_hours, announced_only, pruned_to)
VALUES (1, '2000-01-01T00:00:00Z', 24, false, 0);
-- Whatever was scored before has to be ranked once.
INSERT INTO analytic.rank_change (product_id) VALUES (NULL);

COMMENT ON TABLE  analytic.rank_state IS 'The generation that is being built: one row, and the lock of those who build it.';
COMMENT ON COLUMN analytic.rank_state.is_single IS 'True: there is one row.';
COMMENT ON COLUMN analytic.rank_state.generation IS 'Its number, which the rows that it writes begin with.';
COMMENT ON COLUMN analytic.rank_state.as_of IS 'The time that it is computed for: the latest that any run has seen, so that a slow clock cannot turn it back.';
COMMENT ON COLUMN analytic.rank_state.half_life_hours IS 'The half-life of trending, a setting of rank-products. Another one makes every product due.';
COMMENT ON COLUMN analytic.rank_state.announced_only IS 'Whether lists hold announced products only, from a setting of rank-products. Another answer makes every product due.';
COMMENT ON COLUMN analytic.rank_state.pruned_to IS 'Rows that were replaced in this generation or before are removed.';

CREATE TABLE analytic.rank_generation (
    id              bigint      PRIMARY KEY,
    as_of           timestamptz NOT NULL,
    half_life_hours int         NOT NULL,
    announced_only  boolean     NOT NULL,
    date_replaced   timestamptz
);

COMMENT ON TABLE  analytic.rank_generation IS 'The generations of the lists that can be read: the current one, and those that were replaced within the last ten minutes.';
COMMENT ON COLUMN analytic.rank_generation.id IS 'Its number. The highest is the current one.';
COMMENT ON COLUMN analytic.rank_generation.as_of IS 'The time up to which it was correct when last looked at. Windows end with its hour.';
COMMENT ON COLUMN analytic.rank_generation.half_life_hours IS 'The half-life of trending that it was computed with.';
COMMENT ON COLUMN analytic.rank_generation.announced_only IS 'Whether it lists announced products only.';
COMMENT ON COLUMN analytic.rank_generation.date_replaced IS 'When the next one became the current one; null for the current one.';

CREATE TABLE analytic.product_rank (
    product_id      text        COLLATE "C" NOT NULL,
    from_generation bigint      NOT NULL,
    to_generation   bigint      NOT NULL DEFAULT 9223372036854775807,
    listed          boolean     NOT NULL,
    category_id     text        COLLATE "C",
    seller_id       text        COLLATE "C",
    alltime_micros  bigint      NOT NULL,
    trend_key       bigint,
    hour_micros     bigint      NOT NULL,
    day_micros      bigint      NOT NULL,
    week_micros     bigint      NOT NULL,
    month_micros    bigint      NOT NULL,
    rising_micros   bigint,
    next_change_at  timestamptz,
    PRIMARY KEY (product_id, from_generation)
) WITH (
    -- ending a version changes no indexed column, so it stays on its page when there is room
    fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0
);
-- Which versions a generation brought, to remove those that they replaced.
CREATE INDEX product_rank_generation_idx ON analytic.product_rank (from_generation);
-- What time alone makes due.
CREATE INDEX product_rank_next_change_idx ON analytic.product_rank (next_change_at);
-- The lists: of the shop, of a category, of a seller. Versions of all generations are in them, side by side, since their
-- values hardly differ; a reader skips those that are not of its generation.
CREATE INDEX product_rank_alltime_idx ON analytic.product_rank (alltime_micros DESC, product_id) WHERE listed AND alltime_micros > 0;
CREATE INDEX product_rank_trend_idx ON analytic.product_rank (trend_key DESC, product_id) WHERE listed AND trend_key > 0;
CREATE INDEX product_rank_hour_idx ON analytic.product_rank (hour_micros DESC, product_id) WHERE listed AND hour_micros > 0;
CREATE INDEX product_rank_day_idx ON analytic.product_rank (day_micros DESC, product_id) WHERE listed AND day_micros > 0;
CREATE INDEX product_rank_week_idx ON analytic.product_rank (week_micros DESC, product_id) WHERE listed AND week_micros > 0;
CREATE INDEX product_rank_month_idx ON analytic.product_rank (month_micros DESC, product_id) WHERE listed AND month_micros > 0;
CREATE INDEX product_rank_rising_idx ON analytic.product_rank (rising_micros DESC, product_id) WHERE listed AND rising_micros > 0;
CREATE INDEX product_rank_category_alltime_idx ON analytic.product_rank (category_id, alltime_micros DESC, product_id)
    WHERE listed AND alltime_micros > 0 AND category_id IS NOT NULL;
CREATE INDEX product_rank_category_trend_idx ON analytic.product_rank (category_id, trend_key DESC, product_id)
    WHERE listed AND trend_key > 0 AND category_id IS NOT NULL;
CREATE INDEX product_rank_category_hour_idx ON analytic.product_rank (category_id, hour_micros DESC, product_id)
    WHERE listed AND hour_micros > 0 AND category_id IS NOT NULL;
CREATE INDEX product_rank_category_day_idx ON analytic.product_rank (category_id, day_micros DESC, product_id)
    WHERE listed AND day_micros > 0 AND category_id IS NOT NULL;
CREATE INDEX product_rank_category_week_idx ON analytic.product_rank (category_id, week_micros DESC, product_id)
    WHERE listed AND week_micros > 0 AND category_id IS NOT NULL;
CREATE INDEX product_rank_category_month_idx ON analytic.product_rank (category_id, month_micros DESC, product_id)
    WHERE listed AND month_micros > 0 AND category_id IS NOT NULL;
CREATE INDEX product_rank_category_rising_idx ON analytic.product_rank (category_id, rising_micros DESC, product_id)
    WHERE listed AND rising_micros > 0 AND category_id IS NOT NULL;
CREATE INDEX product_rank_seller_alltime_idx ON analytic.product_rank (seller_id, alltime_micros DESC, product_id)
    WHERE listed AND alltime_micros > 0 AND seller_id IS NOT NULL;
CREATE INDEX product_rank_seller_trend_idx ON analytic.product_rank (seller_id, trend_key DESC, product_id)
    WHERE listed AND trend_key > 0 AND seller_id IS NOT NULL;
CREATE INDEX product_rank_seller_hour_idx ON analytic.product_rank (seller_id, hour_micros DESC, product_id)
    WHERE listed AND hour_micros > 0 AND seller_id IS NOT NULL;
CREATE INDEX product_rank_seller_day_idx ON analytic.product_rank (seller_id, day_micros DESC, product_id)
    WHERE listed AND day_micros > 0 AND seller_id IS NOT NULL;
CREATE INDEX product_rank_seller_week_idx ON analytic.product_rank (seller_id, week_micros DESC, product_id)
    WHERE listed AND week_micros > 0 AND seller_id IS NOT NULL;
CREATE INDEX product_rank_seller_month_idx ON analytic.product_rank (seller_id, month_micros DESC, product_id)
    WHERE listed AND month_micros > 0 AND seller_id IS NOT NULL;
CREATE INDEX product_rank_seller_rising_idx ON analytic.product_rank (seller_id, rising_micros DESC, product_id)
    WHERE listed AND rising_micros > 0 AND seller_id IS NOT NULL;

COMMENT ON TABLE  analytic.product_rank IS 'What products are ranked by, in versions: a generation G consists of the rows with from_generation <= G < to_generation. Equal to a recount of the log for every product without an outstanding change.';
COMMENT ON COLUMN analytic.product_rank.product_id IS 'The product.';
COMMENT ON COLUMN analytic.product_rank.from_generation IS 'The generation that brought this version.';
COMMENT ON COLUMN analytic.product_rank.to_generation IS 'The generation that replaced it; the greatest number for the current version.';
COMMENT ON COLUMN analytic.product_rank.listed IS 'Whether the lists show it: not withdrawn, and announced if only announced products are listed.';
COMMENT ON COLUMN analytic.product_rank.category_id IS 'Its category by product events; null when unknown.';
COMMENT ON COLUMN analytic.product_rank.seller_id IS 'Its seller by product events; null when unknown.';
COMMENT ON COLUMN analytic.product_rank.alltime_micros IS 'Its score, in micro-points.';
COMMENT ON COLUMN analytic.product_rank.trend_key IS 'Points of the last 30 days, each doubled per half-life since 2020, as a sortable number: exponent of 2 << 47 | the 47 bits after the leading one. Time changes no order of it, so nothing is rewritten because time passes. Null when the sum is not positive.';
COMMENT ON COLUMN analytic.product_rank.hour_micros IS 'Points of this hour and the one before, in micro-points.';
COMMENT ON COLUMN analytic.product_rank.day_micros IS 'Points of this hour and the 24 before.';
COMMENT ON COLUMN analytic.product_rank.week_micros IS 'Points of this hour and the 168 before.';
COMMENT ON COLUMN analytic.product_rank.month_micros IS 'Points of this hour and the 720 before.';
COMMENT ON COLUMN analytic.product_rank.rising_micros IS 'Millionths of (c + 10) / (p + 10): c events that add to the score in this hour and the 24 before, p in the 24 before those. Null unless c >= 10 and c > p.';
COMMENT ON COLUMN analytic.product_rank.next_change_at IS 'The next full hour at which one of its hours enters or leaves a window; null when none will.';

CREATE TABLE analytic.rank_position (
    generation bigint NOT NULL,
    product_id text   COLLATE "C" NOT NULL,
    alltime    int,
    trending   int,
    hour       int,
    day        int,
    week       int,
    month      int,
    rising     int,
    PRIMARY KEY (generation, product_id)
);

COMMENT ON TABLE  analytic.rank_position IS 'The first 1,000 of each list of the whole shop, by generation: a position is read, not counted.';
COMMENT ON COLUMN analytic.rank_position.generation IS 'The generation.';
COMMENT ON COLUMN analytic.rank_position.product_id IS 'The product.';
COMMENT ON COLUMN analytic.rank_position.alltime IS 'Position by score, from 1; null beyond 1,000, as all of these.';
COMMENT ON COLUMN analytic.rank_position.trending IS 'Position by trend.';
COMMENT ON COLUMN analytic.rank_position.hour IS 'Position by points of this hour and the one before.';
COMMENT ON COLUMN analytic.rank_position.day IS 'Position by points of this hour and the 24 before.';
COMMENT ON COLUMN analytic.rank_position.week IS 'Position by points of this hour and the 168 before.';
COMMENT ON COLUMN analytic.rank_position.month IS 'Position by points of this hour and the 720 before.';
COMMENT ON COLUMN analytic.rank_position.rising IS 'Position by growth.';

-- Points doubled per half-life, without a float: 2^(step / half-life), in units of 2^-40.
CREATE FUNCTION analytic.trend_factor(half_life_hours int, step int) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
SELECT round(power(2.000000000000000000000000000000, step::numeric / half_life_hours) * 1099511627776)::bigint
$$;
COMMENT ON FUNCTION analytic.trend_factor(int, int) IS 'Returns what the hour number "step" of a half-life weighs against its first, times 2^40, rounded. numeric has the same digits on every machine.';
