-- store::conservation::count_past_partition
SELECT analytic.count_past_partition($1::date) AS counted
