-- store::catalog_delivery::prune
DELETE FROM analytic.catalog_delivery WHERE date_created < now() - make_interval(days => $1)
