-- Which superseded sources are still used?
--
-- Products of the source itself are not counted.
WITH cites AS (
  SELECT DISTINCT subject AS product, object AS source
  FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:derived_from' AND products IS NULL AND within_owner IS NOT TRUE
)
SELECT count(DISTINCT c.product) AS products, c.source, s.object AS instead
FROM cites c JOIN edges s ON s.subject = c.source AND coalesce(s.original_predicate, s.predicate) = 'kgrs:superseded_by'
GROUP BY c.source, instead ORDER BY products DESC, source, instead
