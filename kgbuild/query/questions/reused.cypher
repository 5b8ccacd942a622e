// Which products are most often used as sources?
//
// $least (number, 1): the smallest number of products by other owners
MATCH (product)-[r:derived_from|biolink_derives_from]->(source:biolink_DatasetDistribution)
WHERE r.products IS NULL AND r.within_owner IS NULL
WITH source, count(DISTINCT product) AS products WHERE products >= $least
RETURN products, source.id AS source, source.name AS name ORDER BY products DESC, source
