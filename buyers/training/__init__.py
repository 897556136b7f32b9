"""Making a scorecard from a file of firms that failed or did not. Nothing here is needed to score a buyer.

`reading` and `measures` need numpy only; `fitting` and `trials` need what requirements-train.txt names.
"""
