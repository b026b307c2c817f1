-- store::learning::rebase
SELECT analytic.rebase_learning()
