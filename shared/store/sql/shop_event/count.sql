-- store::shop_event::count
SELECT count(*) FROM analytic.shop_event WHERE id = ANY($1)
