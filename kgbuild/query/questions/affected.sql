-- Who is affected when a product or resource goes away: which products are made from it, directly or by way of others?
--
-- $id (node): a product or resource
--
-- With a resource its products go away. A product that cites what is affected is affected, and so is its owner, and who cites that.
-- Depth is counted in owners: 1 is who cites it.
WITH RECURSIVE cites AS (
  SELECT DISTINCT subject AS product, object AS source, coalesce(within_owner, false) AS within
  FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:derived_from' AND products IS NULL
),
owns AS (SELECT DISTINCT subject AS owner, object AS product FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:has_product'),
is_product AS (SELECT id FROM nodes WHERE list_contains(category, 'biolink:DatasetDistribution')),
step AS (  -- from what is cited to the product that cites it, and to whose that is; a step to a sister product adds no depth
  SELECT c.source AS node, a.affected, min(CASE WHEN c.within THEN 0 ELSE 1 END) AS cost
  FROM cites c JOIN (SELECT product, product AS affected FROM cites UNION SELECT product, owner FROM owns) a USING (product)
  WHERE NOT EXISTS (FROM owns o WHERE o.owner = c.source AND o.product = c.product)
  GROUP BY ALL
),
walk(node, depth) USING KEY (node) AS (
  (SELECT $id::VARCHAR, 0 UNION SELECT product, 0 FROM owns WHERE owner = $id AND $id NOT IN (FROM is_product))
  UNION
  SELECT s.affected, min(w.depth + s.cost)
  FROM walk w JOIN step s ON s.node = w.node LEFT JOIN recurring.walk known ON known.node = s.affected
  WHERE known.node IS NULL OR known.depth > w.depth + s.cost
  GROUP BY s.affected
)
SELECT w.depth, w.node AS product, n.name
FROM walk w JOIN nodes n ON n.id = w.node
WHERE w.node IN (FROM is_product) AND w.node <> $id AND w.node NOT IN (SELECT product FROM owns WHERE owner = $id)
ORDER BY depth, product
