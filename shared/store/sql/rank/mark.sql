-- store::rank::mark
-- null for every product
INSERT INTO analytic.rank_change (product_id) SELECT * FROM unnest($1::text[])
