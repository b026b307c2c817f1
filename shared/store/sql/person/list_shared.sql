-- store::person::list_shared
SELECT origin FROM analytic.shared_visit WHERE origin = ANY($1::uuid[])
