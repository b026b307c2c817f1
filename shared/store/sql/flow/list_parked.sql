-- store::flow::list_parked
WITH parked AS (
    SELECT sink, interaction_id, date_created, NULL::uuid AS finding_id, parked_reason, parked_at
    FROM analytic.pending WHERE parked_at IS NOT NULL
    UNION ALL
    SELECT 'alerts', NULL, NULL, finding_id, parked_reason, parked_at
    FROM analytic.pending_alert WHERE parked_at IS NOT NULL
), placed AS (
    SELECT *, count(*) OVER of_reason AS rows,
           row_number() OVER (of_reason ORDER BY parked_at, interaction_id, finding_id) AS place
    FROM parked WINDOW of_reason AS (PARTITION BY sink, parked_reason)
)
-- the log is read for the examples only. OFFSET 0: each is a look-up. As a join Postgres would scan the log, because it cannot
-- know how few of the rows are examples.
SELECT sink, parked_reason, rows, coalesce(finding_id, logged.event_id) AS id, parked_at
FROM placed LEFT JOIN LATERAL (
    SELECT event_id FROM analytic.interaction
    WHERE interaction.id = placed.interaction_id AND interaction.date_created = placed.date_created OFFSET 0
) AS logged ON true
WHERE place <= $1
ORDER BY sink, rows DESC, parked_reason, place
