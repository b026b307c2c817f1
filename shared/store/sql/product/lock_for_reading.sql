-- store::product::lock_for_reading
-- readers do not block each other; only a change of what a reference leads to waits for them
SELECT FROM analytic.product_reference WHERE reference = ANY($1) ORDER BY reference FOR KEY SHARE
