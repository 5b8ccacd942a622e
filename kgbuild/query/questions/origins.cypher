// Which primary sources are stated for a product, or for the products of a resource?
//
// $id (node): a product or resource
//
// Its own resource and sibling products are left out.
MATCH (x) WHERE x.id = $id
MATCH (x)-[:has_product|biolink_has_part]->{0,1}(product:biolink_DatasetDistribution)-[r:derived_from|biolink_derives_from]->(source)
WHERE r.relation_type = 'prov:hadPrimarySource' AND r.products IS NULL AND r.within_owner IS NULL
RETURN DISTINCT product.id AS product, source.id AS source, source.name AS name ORDER BY product, source
