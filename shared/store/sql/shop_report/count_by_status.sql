-- store::shop_report::count_by_status
SELECT status, orders FROM analytic.order_status_rollup WHERE seller_id = ''
