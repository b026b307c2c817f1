-- store::anonymize_interaction::exclude_scorers
LOCK TABLE analytic.actor_day IN SHARE ROW EXCLUSIVE MODE
