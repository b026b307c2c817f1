-- store::rank::mark_all
-- null is every product
INSERT INTO analytic.rank_change (product_id) VALUES (NULL)
