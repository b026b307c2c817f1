-- store::person::list_linked
WITH named AS (
    -- an order has one buyer and an opinion one author: any other key named for it is the same person
    SELECT DISTINCT subject, subject_id FROM analytic.shop_event
    WHERE coalesce(content->>'customer', content->>'user') = ANY($1) AND subject IN ('order', 'rating', 'comment')
), neighbour AS (
    SELECT coalesce(content->>'customer', content->>'user') AS key FROM named JOIN analytic.shop_event USING (subject, subject_id)
    WHERE coalesce(content->>'customer', content->>'user') IS NOT NULL
    UNION SELECT address_key FROM analytic.customer_link WHERE customer_key = ANY($1)
    UNION SELECT customer_key FROM analytic.customer_link WHERE address_key = ANY($1)
)
SELECT key, CASE
    -- an address belongs to the person when it is named with no one else
    WHEN key LIKE 'email:%' THEN NOT EXISTS (SELECT FROM analytic.linked_customer_ids(key) AS id WHERE id <> ALL($1))
    -- and an id does when the person's address is named with no other id
    ELSE EXISTS (SELECT FROM unnest($1::text[]) AS address WHERE address LIKE 'email:%'
                 AND ARRAY(SELECT analytic.linked_customer_ids(address)) = ARRAY[key]) END AS followed
FROM neighbour WHERE key <> ALL($1) AND key NOT LIKE 'erased:%' ORDER BY key
