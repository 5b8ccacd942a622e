"""What several rules share: citations, comparison of listings, fields and shapes of values, spelling."""
