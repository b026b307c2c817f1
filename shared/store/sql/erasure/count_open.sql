-- store::erasure::count_open
SELECT count(*) FROM analytic.erasure WHERE date_completed IS NULL
