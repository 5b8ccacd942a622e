// Which sources are used most often?
//
// $least (number, 1): the smallest number of products by other owners
//
// Each product counts once for a source. Products of the source's own resource are not counted.
MATCH (product)-[r:derived_from|biolink_derives_from]->(source)
WHERE r.products IS NULL AND r.within_owner IS NULL
WITH source, count(DISTINCT product) AS products WHERE products >= $least
RETURN products, source.id AS source, source.name AS name ORDER BY products DESC, source
