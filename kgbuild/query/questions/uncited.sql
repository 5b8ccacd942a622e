-- Which resources are never cited, neither directly nor through their products?
--
-- Citations by the resource's own products are not counted.
WITH cites AS (
  SELECT DISTINCT subject AS product, object AS source
  FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:derived_from' AND products IS NULL AND within_owner IS NOT TRUE
),
owns AS (SELECT DISTINCT subject AS owner, object AS product FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:has_product')
SELECT id AS resource, name
FROM nodes
WHERE list_contains(category, 'biolink:DatasetSummary') AND stub IS NOT TRUE AND id NOT IN (SELECT source FROM cites)
  AND id NOT IN (SELECT owner FROM owns JOIN cites ON owns.product = cites.source)
ORDER BY resource
