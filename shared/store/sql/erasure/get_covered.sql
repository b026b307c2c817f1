-- store::erasure::get_covered
SELECT covered_until FROM analytic.erasure WHERE id = $1
