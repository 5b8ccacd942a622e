-- Which abandoned sources are still used?
--
-- Abandoned sources have the status inactive, orphaned or unresponsive. Their own products are not counted.
WITH cites AS (
  SELECT DISTINCT subject AS product, object AS source
  FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:derived_from' AND products IS NULL AND within_owner IS NOT TRUE
)
SELECT count(*) AS products, c.source, n.activity_status AS status, n.name
FROM cites c JOIN nodes n ON n.id = c.source WHERE n.activity_status IN ('inactive', 'orphaned', 'unresponsive')
GROUP BY c.source, status, n.name ORDER BY products DESC, source
