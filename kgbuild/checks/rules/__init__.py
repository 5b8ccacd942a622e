"""The rules of the audit, one module for each family. The docstring of a rule is its documentation."""
