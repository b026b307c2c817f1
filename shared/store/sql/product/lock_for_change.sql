-- store::product::lock_for_change
SELECT FROM analytic.product_reference WHERE reference = ANY($1) ORDER BY reference FOR UPDATE
