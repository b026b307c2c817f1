-- store::person::mark_shared
INSERT INTO analytic.shared_session (origin) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING
