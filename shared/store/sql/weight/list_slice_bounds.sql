-- store::weight::list_slice_bounds
WITH partition_range AS (
    -- the default partition has no range; it holds everything outside all others
    SELECT regexp_match(pg_get_expr(class.relpartbound, class.oid), 'FROM \(''([^'']+)''\) TO \(''([^'']+)''\)') AS range
    FROM pg_inherits JOIN pg_class AS class ON class.oid = pg_inherits.inhrelid
    WHERE pg_inherits.inhparent = 'analytic.interaction'::regclass
)
SELECT DISTINCT bound::timestamptz AS bound FROM partition_range CROSS JOIN unnest(range) AS bound ORDER BY bound
