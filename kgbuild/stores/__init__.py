"""Loading a build into stores: Neo4j over Bolt, triplestores over SPARQL 1.1."""
