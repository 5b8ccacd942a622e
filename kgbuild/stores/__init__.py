"""Load a build into a store: Neo4j over Bolt, or a triplestore over SPARQL 1.1."""
