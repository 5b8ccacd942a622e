"""The rules of the audit, a family a module; a rule's docstring is its documentation."""
