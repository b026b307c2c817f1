-- store::interaction::get_awaiting_catalog
SELECT pending.parked_at IS NOT NULL AS parked, interaction.id, interaction.account_id, interaction.session_id,
       interaction.event_type, interaction.ref_type, interaction.ref_id, interaction.metadata::text AS metadata,
       interaction.occurred_at, interaction.date_created
FROM analytic.pending
-- the arrival time selects the single partition that holds the row
JOIN analytic.interaction ON interaction.id = pending.interaction_id AND interaction.date_created = pending.date_created
WHERE pending.sink = 'catalog' AND pending.interaction_id = ANY($1)
ORDER BY interaction.id
