// Which products does a resource publish, and which sources is each made from?
//
// $id (node): a resource
MATCH (x)-[:has_product|biolink_has_part]->(product) WHERE x.id = $id
OPTIONAL MATCH (product)-[r:derived_from|biolink_derives_from]->(source) WHERE r.products IS NULL
RETURN DISTINCT product.id AS product, product.name AS name, source.id AS source, r.source_role AS role ORDER BY product, source, role
