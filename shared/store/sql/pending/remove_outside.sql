-- store::pending::remove_outside
WITH done AS (
    -- in id order, as the consumers lock them
    SELECT interaction_id FROM analytic.pending WHERE sink = 'catalog' AND interaction_id = ANY($1) ORDER BY interaction_id FOR UPDATE
), removed AS (
    DELETE FROM analytic.pending WHERE sink = 'catalog' AND interaction_id = ANY(ARRAY(SELECT interaction_id FROM done))
    RETURNING interaction_id
)
-- in the same statement: the removal of a row also records where its interaction was delivered
INSERT INTO analytic.catalog_delivery (date_created, interaction_ids)
SELECT now(), range_agg(int8range(interaction_id, interaction_id + 1)) FROM removed HAVING count(*) > 0
