-- Which products are most often used as sources?
--
-- $least (number, 1): the smallest number of products by other owners
WITH cites AS (
  SELECT DISTINCT subject AS product, object AS source
  FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:derived_from' AND products IS NULL AND within_owner IS NOT TRUE
)
SELECT count(*) AS products, c.source, n.name
FROM cites c JOIN nodes n ON n.id = c.source WHERE list_contains(n.category, 'biolink:DatasetDistribution')
GROUP BY c.source, n.name HAVING count(*) >= $least ORDER BY products DESC, source
