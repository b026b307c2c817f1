-- store::rank::get_correct_to
SELECT as_of FROM analytic.rank_generation ORDER BY id DESC LIMIT 1
