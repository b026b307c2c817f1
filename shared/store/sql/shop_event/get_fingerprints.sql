-- store::shop_event::get_fingerprints
SELECT id, fingerprint FROM analytic.shop_event WHERE id = ANY($1)
