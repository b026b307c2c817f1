-- store::recommendation_count::list
SELECT day, placement, arm, impressions, clicks, conversions FROM analytic.recommendation_count
WHERE day BETWEEN $1 AND $2
ORDER BY day, placement COLLATE "C", arm COLLATE "C"
