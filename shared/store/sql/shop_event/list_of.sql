-- store::shop_event::list_of
-- stock changes and sign-ins do not affect the state of a product or user, and there may be many
SELECT logged.id, logged.service, logged.occurred_at, logged.subject, logged.subject_id, logged.content::text AS content
FROM unnest($1::text[], $2::text[]) AS wanted (subject, subject_id)
JOIN analytic.shop_event AS logged USING (subject, subject_id)
WHERE logged.event_type NOT IN ('product_stock_updated', 'user_logged_in')
