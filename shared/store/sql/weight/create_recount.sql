-- store::weight::create_recount
-- a reference has one row per slice of the log that names it
CREATE TEMPORARY TABLE recount (
    reference text COLLATE "C" NOT NULL, score_micros bigint NOT NULL, view_count bigint NOT NULL, purchase_count bigint NOT NULL,
    favorite_count bigint NOT NULL, cart_count bigint NOT NULL, review_count bigint NOT NULL
) ON COMMIT DROP
