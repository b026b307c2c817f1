-- store::erasure::list_identities
SELECT kind, identity, origin FROM analytic.erasure_identity WHERE erasure_id = $1 ORDER BY kind, identity
