-- store::owner::list_missing
-- The statements that a new server still needs, for the owner $1 and the database $2: those of step 2 of docs/DEPLOY.md.
SELECT format(step.statement, $1::text, $2::text) AS statement
FROM (VALUES
    (1, 'CREATE ROLE %1$I LOGIN CREATEROLE', NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)),
    -- a database can be created only for a role of which its creator is a member
    (2, 'GRANT %1$I TO CURRENT_USER', true),
    (3, 'ALTER ROLE %1$I SET statement_timeout = ''100s''', true),
    (4, 'ALTER ROLE %1$I SET lock_timeout = ''10s''', true),
    (5, 'ALTER ROLE %1$I SET idle_in_transaction_session_timeout = ''60s''', true),
    (6, 'ALTER ROLE %1$I SET jit = off', true),
    -- texts compare byte by byte: every look-up by an id is faster than under a language's rules
    (7, 'CREATE DATABASE %2$I OWNER %1$I TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE ''C.UTF-8''', NOT EXISTS (SELECT FROM pg_database WHERE datname = $2)),
    -- last: from here on RDS takes no password of the master either, because it is a member of the owner
    (8, 'GRANT rds_iam TO %1$I WITH ADMIN OPTION', EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam'))
) AS step (number, statement, is_missing)
WHERE step.is_missing
ORDER BY step.number
