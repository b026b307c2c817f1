-- store::partition::count_default_rows
SELECT count(*) FROM analytic.interaction_default
