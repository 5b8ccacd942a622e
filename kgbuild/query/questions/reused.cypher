// Which products are other products made from most often?
//
// $least (number, 1): how many products of others at least
MATCH (product)-[r:derived_from|biolink_derives_from]->(source:biolink_DatasetDistribution)
WHERE r.products IS NULL AND r.within_owner IS NULL
WITH source, count(DISTINCT product) AS products WHERE products >= $least
RETURN products, source.id AS source, source.name AS name ORDER BY products DESC, source
