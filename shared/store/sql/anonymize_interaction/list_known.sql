-- store::anonymize_interaction::list_known
-- those that still name someone: they arrived after the rows of the person were anonymized
SELECT logged.id FROM unnest($1::bigint[], $2::timestamptz[]) AS delivered (id, date_created)
JOIN analytic.interaction AS logged USING (id, date_created)
WHERE logged.account_id IS NOT NULL OR logged.session_id IS NOT NULL
