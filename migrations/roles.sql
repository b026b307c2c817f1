-- The privileges of each function in the database. Applied at the end of every run of migrate, in one transaction,
-- after the migrations: it states the result, not the changes, so a new table or column only adds its line below. A new
-- function adds its role to the list below, which store::Role reads, and its grants to the tables.

-- ---- Roles, their settings, and nothing that they may do
--
-- Roles belong to the server, not to one of its databases, and two databases may be migrated at once. COMMENT ON ROLE is
-- therefore also the lock: it is held until the commit and excludes itself across databases. A role that is already
-- correct is not changed, so that migrating a second database needs no privilege to change it.
--
-- statement_timeout: the store abandons a statement after 5 s (judge-carts: 90 s, manage-people: 8 s, rank-products: 40 s); the server's own
-- limit is higher and ends the statements of a function that was killed. A lock_timeout would add nothing to it.
-- idle_in_transaction_session_timeout: a function that crashes without closing its connection must not keep its locks.
-- client_connection_check_interval: ends a statement whose client is gone.
-- jit: the planner overestimates the cost of dashboards, and compiling them takes longer than running them.
-- search_path: every name in our statements is qualified, so no one can shadow a table or function.
DO $roles$
DECLARE
    wanted record;
    roles  text;
    tables text;
BEGIN
    FOR wanted IN
        SELECT name, purpose, ARRAY[
                   'client_connection_check_interval=2s',
                   'default_transaction_read_only=' || read_only,
                   'idle_in_transaction_session_timeout=20s',
                   'jit=off',
                   'search_path=pg_catalog',
                   'statement_timeout=' || statement_timeout] AS settings
        FROM (VALUES
            ('shopsignal_answer_queries',      'on',  '8s',   'Shopsignal: answers queries, writes nothing'),
            ('shopsignal_import_interactions', 'off', '8s',  'Shopsignal: stores history and applies it to the scores'),
            ('shopsignal_judge_carts',         'off', '100s', 'Shopsignal: finds abandoned carts'),
            ('shopsignal_manage_people',       'off', '12s',  'Shopsignal: exports and erases people'),
            ('shopsignal_project_orders',      'off', '8s',   'Shopsignal: logs back-end events and updates the figures'),
            ('shopsignal_rank_products',       'off', '50s',  'Shopsignal: ranks products'),
            ('shopsignal_recommend',           'off', '8s',   'Shopsignal: recommends products, and keeps the rules about that'),
            ('shopsignal_record_interactions', 'off', '8s',   'Shopsignal: stores interactions'),
            ('shopsignal_resend_pending',      'off', '8s',   'Shopsignal: hints again at what is pending'),
            ('shopsignal_send_alerts',         'off', '8s',   'Shopsignal: sends alerts about findings'),
            ('shopsignal_update_catalog',      'off', '8s',   'Shopsignal: delivers interactions to the catalog'),
            ('shopsignal_update_popularity',   'off', '8s',   'Shopsignal: applies interactions to the scores')
        ) AS role (name, read_only, statement_timeout, purpose)
        ORDER BY name
    LOOP
        roles := concat_ws(', ', roles, quote_ident(wanted.name));
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN', wanted.name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- the migration of another database was faster, and has committed
            END;
        END IF;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name
                       AND rolconfig @> wanted.settings AND rolconfig <@ wanted.settings) THEN
            EXECUTE format('COMMENT ON ROLE %I IS %L', wanted.name, wanted.purpose);
            EXECUTE format('ALTER ROLE %I RESET ALL', wanted.name);
            FOR position IN 1 .. cardinality(wanted.settings) LOOP
                EXECUTE format('ALTER ROLE %I SET %I = %L', wanted.name,
                    split_part(wanted.settings[position], '=', 1), split_part(wanted.settings[position], '=', 2));
            END LOOP;
        END IF;
    END LOOP;

    -- No privileges to begin with. Partitions never get a grant: a role that may use interaction may use them through
    -- it.
    SELECT string_agg(oid::regclass::text, ', ') INTO tables FROM pg_class
    WHERE relnamespace = 'analytic'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition;
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, %s', tables, roles);
    EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA analytic FROM PUBLIC, %s', roles);
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA analytic FROM PUBLIC, %s', roles);
    EXECUTE format('REVOKE ALL ON SCHEMA analytic FROM PUBLIC, %s', roles);
    EXECUTE format('GRANT USAGE ON SCHEMA analytic TO %s', roles);
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$roles$;

-- ---- Interactions and what is pending
--
-- SELECT ... FOR UPDATE needs UPDATE on a column, ON CONFLICT and RETURNING need SELECT on the columns that they name.

GRANT INSERT (id, origin, event_id, account_id, session_id, event_type, ref_type, ref_id, metadata, user_agent, ip_address,
              actor, network, bot, occurred_at, date_created)
    ON analytic.interaction TO shopsignal_record_interactions;
GRANT INSERT (id, origin, event_id, account_id, session_id, event_type, ref_type, ref_id, metadata, user_agent, ip_address,
              actor, network, bot, occurred_at, date_created)
    ON analytic.interaction TO shopsignal_import_interactions;
GRANT INSERT (id, origin, event_id, account_id, event_type, ref_type, ref_id, metadata, actor, occurred_at, date_created)
    ON analytic.interaction TO shopsignal_project_orders;
-- The catalog does not receive the user agent and the network of a shopper.
GRANT SELECT (id, account_id, session_id, event_type, ref_type, ref_id, metadata, occurred_at, date_created)
    ON analytic.interaction TO shopsignal_update_catalog;
GRANT SELECT (account_id, event_type, ref_type, ref_id, occurred_at, date_created)
    ON analytic.interaction TO shopsignal_judge_carts;
GRANT USAGE ON SEQUENCE analytic.interaction_id_seq
    TO shopsignal_record_interactions, shopsignal_import_interactions, shopsignal_project_orders;

GRANT INSERT, SELECT ON analytic.interaction_key TO shopsignal_record_interactions, shopsignal_import_interactions;
GRANT INSERT, SELECT (event_id, origin, fingerprint, interaction_id) ON analytic.interaction_key TO shopsignal_project_orders;

GRANT SELECT, INSERT, UPDATE ON analytic.guest_quota TO shopsignal_record_interactions;
-- The statement of an import names the function and never calls it, so it needs no privilege on the quotas.
GRANT EXECUTE ON FUNCTION analytic.take_guest_quota(text, bigint[], bigint)
    TO shopsignal_record_interactions, shopsignal_import_interactions;

GRANT INSERT ON analytic.catalog_delivery TO shopsignal_update_catalog;

-- What is learned for recommendations. Bots and excluded actors teach nothing.
GRANT SELECT (actor, network, bot) ON analytic.interaction TO shopsignal_update_catalog;
GRANT SELECT ON analytic.exclusion, analytic.learning_gain TO shopsignal_update_catalog;
GRANT SELECT, UPDATE ON analytic.learning_state TO shopsignal_update_catalog;
GRANT SELECT, INSERT, UPDATE ON analytic.learned_product, analytic.related_product, analytic.visit, analytic.network_day,
    analytic.bought_product, analytic.avoided_product, analytic.recommendation_count TO shopsignal_update_catalog;
GRANT SELECT, INSERT, DELETE ON analytic.recommendation_click TO shopsignal_update_catalog;
GRANT EXECUTE ON FUNCTION analytic.visitor_of(text, text), analytic.strengthen(int[], double precision[], int[], double precision[]),
    analytic.decay_factor(timestamptz, timestamptz, double precision) TO shopsignal_update_catalog;


-- What is recommended is read; only the rules of the shop are written: they are removed by a mark, so that the row remains.
GRANT SELECT ON analytic.learned_product, analytic.related_product, analytic.visit, analytic.bought_product, analytic.avoided_product,
    analytic.learning_gain, analytic.rank_generation, analytic.product_rank TO shopsignal_recommend;
GRANT SELECT (sink, interaction_id, product_id, event_type, actor, occurred_at, parked_at, learned) ON analytic.pending TO shopsignal_recommend;
GRANT SELECT (product_id, category_id, seller_id, deleted_at, available) ON analytic.product TO shopsignal_recommend;
GRANT SELECT (reference, product_id) ON analytic.product_reference TO shopsignal_recommend;
GRANT SELECT, INSERT, UPDATE (removed_by, date_removed) ON analytic.merchandising_rule TO shopsignal_recommend;
GRANT EXECUTE ON FUNCTION analytic.visitor_of(text, text) TO shopsignal_recommend;

GRANT INSERT ON analytic.pending
    TO shopsignal_record_interactions, shopsignal_import_interactions, shopsignal_project_orders;
GRANT SELECT, UPDATE (parked_at, parked_reason), DELETE
    ON analytic.pending TO shopsignal_update_popularity, shopsignal_update_catalog;
GRANT UPDATE (learned) ON analytic.pending TO shopsignal_update_catalog;
-- Only the reason, which locking a row requires: without its time it cannot park a row.
GRANT SELECT, UPDATE (parked_reason), DELETE ON analytic.pending TO shopsignal_import_interactions;
GRANT SELECT, UPDATE (next_hint_at, hints) ON analytic.pending TO shopsignal_resend_pending;

-- A consumer sees only the rows of its own sink: update-catalog can neither remove nor park a popularity effect.
DO $policies$
DECLARE
    missing record;
BEGIN
    FOR missing IN
        SELECT name, rule FROM (VALUES
            ('whoever_has_a_grant',     'USING (true)'),
            ('popularity_only',         'AS RESTRICTIVE TO shopsignal_update_popularity USING (sink = ''popularity'')'),
            ('catalog_only',            'AS RESTRICTIVE TO shopsignal_update_catalog USING (sink = ''catalog'')'),
            -- an import writes rows of both sinks, and deletes only those of popularity
            ('import_reads_popularity', 'AS RESTRICTIVE FOR SELECT TO shopsignal_import_interactions USING (sink = ''popularity'')'),
            ('import_locks_popularity', 'AS RESTRICTIVE FOR UPDATE TO shopsignal_import_interactions USING (sink = ''popularity'')'),
            ('import_takes_popularity', 'AS RESTRICTIVE FOR DELETE TO shopsignal_import_interactions USING (sink = ''popularity'')')
        ) AS policy (name, rule)
        -- only these are made: each change locks the table against everybody
        WHERE name NOT IN (SELECT polname FROM pg_policy WHERE polrelid = 'analytic.pending'::regclass)
    LOOP
        ALTER TABLE analytic.pending ENABLE ROW LEVEL SECURITY;
        EXECUTE format('CREATE POLICY %I ON analytic.pending %s', missing.name, missing.rule);
    END LOOP;
END
$policies$;

-- ---- Popularity

GRANT SELECT ON analytic.event_weight
    TO shopsignal_update_popularity, shopsignal_import_interactions, shopsignal_answer_queries;
GRANT SELECT (event_type, trusted) ON analytic.event_weight TO shopsignal_record_interactions;

GRANT SELECT ON analytic.event_cap_period, analytic.exclusion TO shopsignal_update_popularity, shopsignal_import_interactions;
GRANT SELECT, INSERT, UPDATE ON analytic.product_popularity, analytic.activity, analytic.actor_day
    TO shopsignal_update_popularity, shopsignal_import_interactions;
-- When an event assigns a SKU to a product, what was scored under the SKU moves to the product.
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.product_popularity TO shopsignal_project_orders;
GRANT SELECT ON analytic.reference_popularity TO shopsignal_project_orders;
GRANT SELECT ON analytic.product_popularity, analytic.activity TO shopsignal_answer_queries;
-- Where an event is: not who sent it.
GRANT SELECT (event_id, origin, interaction_id, date_created) ON analytic.interaction_key TO shopsignal_answer_queries;
GRANT SELECT (id, event_id, event_type, ref_type, ref_id, occurred_at, date_created, actor, network, bot) ON analytic.interaction
    TO shopsignal_answer_queries;
GRANT SELECT ON analytic.exclusion, analytic.conservation TO shopsignal_answer_queries;
GRANT SELECT ON analytic.pending, analytic.actor_day, analytic.event_cap_period TO shopsignal_answer_queries;
GRANT SELECT (reference, product_id) ON analytic.product_reference
    TO shopsignal_update_popularity, shopsignal_update_catalog, shopsignal_import_interactions, shopsignal_answer_queries,
    shopsignal_judge_carts, shopsignal_rank_products;

-- ---- Rank lists: whoever changes what a product is ranked by notes it

GRANT INSERT ON analytic.rank_change
    TO shopsignal_update_popularity, shopsignal_import_interactions, shopsignal_project_orders;
GRANT SELECT, DELETE ON analytic.rank_change TO shopsignal_rank_products;
GRANT SELECT, INSERT, DELETE ON analytic.rank_due TO shopsignal_rank_products;
GRANT SELECT, UPDATE ON analytic.rank_state TO shopsignal_rank_products;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.rank_generation, analytic.product_rank TO shopsignal_rank_products;
GRANT SELECT, INSERT, DELETE ON analytic.rank_position TO shopsignal_rank_products;
-- Who counts for a product: when they are few, that is a finding.
GRANT SELECT ON analytic.event_weight, analytic.activity, analytic.actor_day TO shopsignal_rank_products;
-- Neither scores nor counters: whether a product is announced.
GRANT SELECT, UPDATE (standing) ON analytic.product_popularity TO shopsignal_rank_products;
GRANT SELECT (product_id, seller_id, category_id, deleted_at) ON analytic.product TO shopsignal_rank_products;
GRANT EXECUTE ON FUNCTION analytic.trend_factor(int, int) TO shopsignal_rank_products;
GRANT SELECT ON analytic.rank_generation, analytic.product_rank, analytic.rank_position TO shopsignal_answer_queries;

-- ---- Back-end events, and the state that they are folded into

-- An event about an order whose buyer was erased gets the pseudonym.
GRANT SELECT, INSERT, UPDATE (fingerprint, content) ON analytic.shop_event TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE ON analytic.projection TO shopsignal_project_orders;
GRANT SELECT, INSERT, DELETE, UPDATE (refused_at) ON analytic.stale_projection TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE ON analytic.sales_order TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.order_line TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.payment TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE ON analytic.product TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.product_period TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE ON analytic.product_sku TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE ON analytic.product_reference TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE ON analytic.opinion TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE ON analytic.shop_user TO shopsignal_project_orders;

-- Dashboards: which orders of a seller await a refund, the orders behind a figure, and the names of products. Not who bought.
GRANT SELECT (order_id, status, seller_id, currency, total_minor, shipping_minor, tax_minor, fee_minor, payment_method, paid_minor,
              refund_minor, placed_at, paid_at, refund_requested_at)
    ON analytic.sales_order TO shopsignal_answer_queries;
GRANT SELECT (order_id, position, reference, product_id, seller_id, quantity_milli, price_minor, total_minor)
    ON analytic.order_line TO shopsignal_answer_queries;
GRANT SELECT (product_id, seller_id, name, deleted_at) ON analytic.product TO shopsignal_answer_queries;

-- ---- Figures. Only moved, and read; a row that is all zero is removed; those of single customers are read only by the
-- function that updates them.

GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.sales_rollup TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.product_rollup TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.category_rollup TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.customer_rollup TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.customer_spend_rollup TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.order_status_rollup TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.rating_rollup TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.user_rollup TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.event_rollup TO shopsignal_project_orders;
GRANT EXECUTE ON FUNCTION analytic.spend_floor(bigint) TO shopsignal_project_orders;

GRANT SELECT ON analytic.sales_rollup, analytic.product_rollup, analytic.category_rollup, analytic.customer_spend_rollup,
    analytic.order_status_rollup, analytic.rating_rollup, analytic.user_rollup, analytic.event_rollup
    TO shopsignal_answer_queries;
-- How recommendations do, without the accounts.
GRANT SELECT ON analytic.recommendation_count TO shopsignal_answer_queries;

-- ---- Findings and alerts

-- Which addresses belong to which customer, and what was ordered: a cart that was bought is not a finding.
GRANT SELECT (customer_key, address_key), INSERT ON analytic.customer_link TO shopsignal_project_orders;
GRANT SELECT ON analytic.customer_link TO shopsignal_judge_carts;
GRANT SELECT (order_id, customer_key, placed_at) ON analytic.sales_order TO shopsignal_judge_carts;
GRANT SELECT (order_id, reference, product_id) ON analytic.order_line TO shopsignal_judge_carts;
-- Who is erased while carts are read gets no finding.
GRANT SELECT (kind, identity) ON analytic.erasure_identity TO shopsignal_judge_carts;

GRANT SELECT, INSERT ON analytic.order_fact TO shopsignal_project_orders;
GRANT SELECT, INSERT, UPDATE ON analytic.customer_lock TO shopsignal_project_orders;

GRANT SELECT, INSERT, UPDATE (evidence, date_updated)
    ON analytic.finding TO shopsignal_project_orders, shopsignal_judge_carts, shopsignal_rank_products;
GRANT SELECT ON analytic.finding TO shopsignal_send_alerts, shopsignal_answer_queries;

GRANT INSERT (finding_id, date_created, next_hint_at), SELECT (finding_id)
    ON analytic.pending_alert TO shopsignal_project_orders, shopsignal_judge_carts, shopsignal_rank_products;
GRANT SELECT, UPDATE (lease, leased_until, confirmed, parked_at, parked_reason), DELETE
    ON analytic.pending_alert TO shopsignal_send_alerts;
GRANT SELECT, UPDATE (next_hint_at, hints) ON analytic.pending_alert TO shopsignal_resend_pending;
GRANT SELECT (finding_id, date_created, parked_at, parked_reason) ON analytic.pending_alert TO shopsignal_answer_queries;

-- ---- People: an erasure renames everything that names a person, and moves the figures of the customer

GRANT SELECT, UPDATE (origin, account_id, session_id, metadata, user_agent, ip_address, actor)
    ON analytic.interaction TO shopsignal_manage_people;
GRANT SELECT, UPDATE (origin, fingerprint) ON analytic.interaction_key TO shopsignal_manage_people;
-- All columns of the caps' state: excluding scorers is a lock that takes the privilege on the table.
GRANT SELECT, UPDATE ON analytic.actor_day TO shopsignal_manage_people;
GRANT SELECT (sink, interaction_id), UPDATE (actor) ON analytic.pending TO shopsignal_manage_people;
-- What is excluded stays excluded under its new actor.
GRANT SELECT, INSERT ON analytic.exclusion TO shopsignal_manage_people;
GRANT SELECT, UPDATE (fingerprint, content, subject_id) ON analytic.shop_event TO shopsignal_manage_people;
GRANT SELECT, UPDATE (subject_id, contribution) ON analytic.projection TO shopsignal_manage_people;
GRANT SELECT, UPDATE (customer_key) ON analytic.sales_order, analytic.opinion TO shopsignal_manage_people;
GRANT SELECT, UPDATE (user_key) ON analytic.shop_user TO shopsignal_manage_people;
GRANT SELECT, UPDATE (customer) ON analytic.order_fact TO shopsignal_manage_people;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.customer_lock TO shopsignal_manage_people;
GRANT SELECT, DELETE, UPDATE (customer_key) ON analytic.customer_link TO shopsignal_manage_people;
GRANT SELECT, UPDATE (id, subject) ON analytic.finding TO shopsignal_manage_people;
GRANT SELECT, UPDATE (next_hint_at) ON analytic.pending_alert TO shopsignal_manage_people;
GRANT SELECT, DELETE ON analytic.visit, analytic.bought_product, analytic.avoided_product, analytic.recommendation_click
    TO shopsignal_manage_people;
GRANT SELECT (product_no, product_id) ON analytic.learned_product TO shopsignal_manage_people;
GRANT SELECT, UPDATE (created_by, removed_by) ON analytic.merchandising_rule TO shopsignal_manage_people;
GRANT SELECT ON analytic.order_line, analytic.payment TO shopsignal_manage_people;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.customer_rollup, analytic.customer_spend_rollup TO shopsignal_manage_people;
-- The statement that removes rows of zeros names every rollup.
GRANT SELECT, DELETE ON analytic.sales_rollup, analytic.product_rollup, analytic.category_rollup, analytic.order_status_rollup,
    analytic.rating_rollup, analytic.user_rollup, analytic.event_rollup TO shopsignal_manage_people;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytic.erasure, analytic.erasure_identity TO shopsignal_manage_people;
GRANT SELECT, INSERT ON analytic.shared_session TO shopsignal_manage_people;
GRANT EXECUTE ON FUNCTION analytic.spend_floor(bigint), analytic.linked_customer_ids(text), analytic.visitor_of(text, text)
    TO shopsignal_manage_people;

GRANT SELECT (covered_until) ON analytic.erasure TO shopsignal_project_orders;

-- ---- The hot statements, which are functions of the schema (functions/). They run with the privileges of the caller, so
-- whoever may call one still needs the grants above for everything that it touches.

GRANT EXECUTE ON FUNCTION analytic.record_interactions
    TO shopsignal_record_interactions, shopsignal_import_interactions;
GRANT EXECUTE ON FUNCTION analytic.add_category_sales, analytic.add_events, analytic.add_order_statuses,
    analytic.add_product_sales, analytic.add_ratings, analytic.add_sales, analytic.add_users,
    analytic.admit_projection, analytic.announce_references, analytic.clear_stale_projections,
    analytic.get_attributions, analytic.insert_customer_links, analytic.insert_order_facts,
    analytic.insert_shop_events, analytic.list_order_facts, analytic.list_shop_events,
    analytic.lock_projections, analytic.lock_references_for_change, analytic.lock_references_for_reading,
    analytic.mark_stale_projections, analytic.record_derived_interactions, analytic.save_opinions,
    analytic.save_order_lines, analytic.save_orders, analytic.save_payments, analytic.save_product_periods,
    analytic.save_product_skus, analytic.save_products, analytic.save_projections, analytic.save_users
    TO shopsignal_project_orders;
GRANT EXECUTE ON FUNCTION analytic.apply_popularity, analytic.keep_earliest
    TO shopsignal_update_popularity, shopsignal_import_interactions;
GRANT EXECUTE ON FUNCTION analytic.learn_interactions, analytic.open_baskets, analytic.learn_visits, analytic.learn_purchases,
    analytic.count_recommendations
    TO shopsignal_update_catalog;
GRANT EXECUTE ON FUNCTION analytic.recommend, analytic.get_history, analytic.get_offer, analytic.score_partners, analytic.list_ranks TO shopsignal_recommend;
GRANT EXECUTE ON FUNCTION analytic.record_findings
    TO shopsignal_project_orders, shopsignal_judge_carts, shopsignal_rank_products;
GRANT EXECUTE ON FUNCTION analytic.add_customer_sales, analytic.ensure_customer_locks, analytic.lock_customers,
    analytic.remove_empty_rollups
    TO shopsignal_project_orders, shopsignal_manage_people;
GRANT EXECUTE ON FUNCTION analytic.collect_ranks, analytic.compute_ranks, analytic.list_product_days, analytic.prune_ranks,
    analytic.publish_ranks
    TO shopsignal_rank_products;
GRANT EXECUTE ON FUNCTION analytic.explain_popularity, analytic.get_popularities, analytic.get_ranked_popularity,
    analytic.list_activity, analytic.list_popularity_after, analytic.list_popularity_page, analytic.list_ranks
    TO shopsignal_answer_queries;
