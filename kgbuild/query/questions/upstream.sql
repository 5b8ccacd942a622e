-- What does a product or resource come from, directly or by way of others, how many owners away, and under which licenses?
--
-- $id (node): a product or resource
--
-- Depth 0 is its own resource and sister products, where it cites them. A source resource goes on to the sources of its products, a source
-- product by itself; nothing goes on by way of the own resource. The license is the SPDX id, or else the address or the label that is
-- stated; none where none is.
WITH RECURSIVE cites AS (
  SELECT DISTINCT subject AS product, object AS source, coalesce(within_owner, false) AS within
  FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:derived_from' AND products IS NULL
),
owns AS (SELECT DISTINCT subject AS owner, object AS product FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:has_product'),
is_product AS (SELECT id FROM nodes WHERE list_contains(category, 'biolink:DatasetDistribution')),
home AS (  -- what is never walked: the owners of a product, or the resource itself
  SELECT owner AS id FROM owns WHERE product = $id
  UNION SELECT $id WHERE $id NOT IN (FROM is_product)
),
member AS (  -- a product goes on by itself, a resource by its products
  SELECT product AS node, product FROM cites UNION SELECT owner, product FROM owns
),
step AS (  -- from a node to what it comes from; a step to a sister product adds no depth
  SELECT DISTINCT m.node, c.source, CASE WHEN c.within THEN 0 ELSE 1 END AS cost
  FROM member m JOIN cites c USING (product)
  WHERE NOT EXISTS (FROM owns o WHERE o.owner = c.source AND o.product = c.product)
    AND c.source NOT IN (FROM home) AND c.source <> $id
    AND (m.node <> $id OR m.product = $id OR $id NOT IN (FROM is_product))
),
walk(node, depth) USING KEY (node) AS (
  SELECT $id::VARCHAR, 0
  UNION
  SELECT s.source, min(w.depth + s.cost)
  FROM walk w JOIN step s ON s.node = w.node LEFT JOIN recurring.walk known ON known.node = s.source
  WHERE known.node IS NULL OR known.depth > w.depth + s.cost
  GROUP BY s.source
),
told AS (  -- own resources of products on the way are told too, and lead no further; those of $id where it or a sister cites them
  SELECT node, depth FROM walk
  UNION ALL
  SELECT o.owner, w.depth
  FROM walk w JOIN member m ON m.node = w.node JOIN cites c USING (product) JOIN owns o ON o.owner = c.source AND o.product = c.product
  WHERE o.owner <> w.node AND (w.depth = 0 OR o.owner NOT IN (SELECT owner FROM owns WHERE product = $id))
)
SELECT min(t.depth) AS depth, t.node AS source, coalesce(n.license, n.license_label) AS license, n.name
FROM told t JOIN nodes n ON n.id = t.node WHERE t.node <> $id
GROUP BY ALL ORDER BY depth, source
