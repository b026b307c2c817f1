-- store::verification::count_parked
SELECT sink, parked_reason, count(*) AS rows FROM analytic.pending
WHERE parked_at IS NOT NULL GROUP BY sink, parked_reason ORDER BY sink DESC, count(*) DESC, parked_reason
