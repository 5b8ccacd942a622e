// Which abandoned sources are still used?
//
// Abandoned sources have the status inactive, orphaned or unresponsive. Their own products are not counted.
MATCH (product)-[r:derived_from|biolink_derives_from]->(source)
WHERE r.products IS NULL AND r.within_owner IS NULL AND source.activity_status IN ['inactive', 'orphaned', 'unresponsive']
WITH source, count(DISTINCT product) AS products
RETURN products, source.id AS source, source.activity_status AS status, source.name AS name ORDER BY products DESC, source
