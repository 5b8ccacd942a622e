"""A build into a triplestore over HTTP: SPARQL 1.1 Graph Store Protocol, Query and Update."""
