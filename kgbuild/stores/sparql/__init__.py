"""Load a build into a triplestore over HTTP, with the SPARQL 1.1 Graph Store Protocol, Query and Update."""
