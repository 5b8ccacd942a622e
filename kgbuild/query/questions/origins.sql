-- Which primary sources are stated for a product, or for the products of a resource?
--
-- $id (node): a product or resource
--
-- Its own resource and sibling products are left out.
SELECT DISTINCT e.subject AS product, e.object AS source, n.name
FROM edges e JOIN nodes p ON p.id = e.subject JOIN nodes n ON n.id = e.object
WHERE coalesce(e.original_predicate, e.predicate) = 'kgrs:derived_from' AND e.products IS NULL
  AND e.relation_type = 'prov:hadPrimarySource' AND e.within_owner IS NOT TRUE
  AND (e.subject = $id AND list_contains(p.category, 'biolink:DatasetDistribution')
    OR e.subject IN (SELECT object FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:has_product' AND subject = $id))
ORDER BY product, source
