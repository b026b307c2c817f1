-- store::weight::list
SELECT event_type, weight_micros, counter, trusted FROM analytic.event_weight ORDER BY weight_micros DESC, event_type
