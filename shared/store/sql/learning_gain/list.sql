-- store::learning_gain::list
SELECT event_type, gain FROM analytic.learning_gain ORDER BY gain DESC, event_type
