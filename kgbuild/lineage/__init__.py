"""The provenance graph and its algorithms: pure functions over the publishers and the sources of products."""
