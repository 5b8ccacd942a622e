"""Code shared by several rules: citations, comparison of listings, fields, forms of values, and spelling."""
