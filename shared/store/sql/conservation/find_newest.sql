-- store::conservation::find_newest
SELECT measured_at, stored, applied, waiting, parked FROM analytic.conservation ORDER BY measured_at DESC LIMIT 1
