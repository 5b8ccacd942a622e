// Which superseded sources are still used?
//
// Products of the source itself are not counted.
MATCH (product)-[r:derived_from|biolink_derives_from]->(source)-[s:superseded_by|biolink_related_to]->(instead)
WHERE r.products IS NULL AND r.within_owner IS NULL AND coalesce(s.original_predicate, s.predicate) = 'kgrs:superseded_by'
WITH source, instead, count(DISTINCT product) AS products
RETURN products, source.id AS source, instead.id AS instead ORDER BY products DESC, source, instead
