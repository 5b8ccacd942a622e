-- Which sources are used most often?
--
-- $least (number, 1): the smallest number of products by other owners
--
-- Each product counts once for a source. Products of the source's own resource are not counted.
WITH cites AS (
  SELECT DISTINCT subject AS product, object AS source
  FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:derived_from' AND products IS NULL AND within_owner IS NOT TRUE
)
SELECT count(*) AS products, c.source, n.name
FROM cites c JOIN nodes n ON n.id = c.source
GROUP BY c.source, n.name HAVING count(*) >= $least ORDER BY products DESC, source
