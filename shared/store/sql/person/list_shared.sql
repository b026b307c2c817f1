-- store::person::list_shared
SELECT origin FROM analytic.shared_session WHERE origin = ANY($1::uuid[])
