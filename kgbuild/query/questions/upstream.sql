-- Which sources is a product or resource made from, directly or indirectly, how many owners away, and under which licenses?
--
-- $id (node): a product or resource
--
-- Depth 0 is its own resource and sibling products, if it cites them. A source resource is followed to the sources that it states and to the
-- sources of its products, a source product to its own; the product's own resource is not followed. The grade is `stated` if records state every
-- step, `possible` if the path goes through a data product of a source resource, `remote` if it goes through another product although there are data
-- products. The depth is that of the shortest path of the best grade. The license is the SPDX id, or the address or label that is
-- stated; empty if there is none.
WITH RECURSIVE cites AS (
  SELECT DISTINCT subject AS product, object AS source, coalesce(within_owner, false) AS within
  FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:derived_from' AND products IS NULL
),
not_data AS (  -- classes of products that are no data, as the mapping has them
  SELECT unnest($not_data::VARCHAR[]) AS class
),
owns AS (
  SELECT DISTINCT e.subject AS owner, e.object AS product, coalesce(n.kgrs_category, n.category[1]) IN (FROM not_data) AS other
  FROM edges e JOIN nodes n ON n.id = e.object WHERE coalesce(e.original_predicate, e.predicate) = 'kgrs:has_product'
),
is_product AS (SELECT id FROM nodes WHERE list_contains(category, 'biolink:DatasetDistribution')),
member AS (  -- a node goes on by itself (grade 0, stated), a resource also by its products (1, possible; 2, remote)
  SELECT DISTINCT product AS node, product, 0 AS grade FROM cites
  UNION ALL
  SELECT owner, product, CASE WHEN other AND bool_or(NOT other) OVER (PARTITION BY owner) THEN 2 ELSE 1 END FROM owns
),
step AS (  -- from a node to what it comes from; a step to a sibling product adds no depth, the own resource leads no further
  SELECT DISTINCT m.node, c.source, m.grade, o.owner IS NOT NULL AS own, CASE WHEN c.within THEN 0 ELSE 1 END AS cost
  FROM member m JOIN cites c USING (product) LEFT JOIN owns o ON o.owner = c.source AND o.product = c.product
),
starts AS (SELECT $id::VARCHAR AS start UNION SELECT product FROM owns WHERE owner = $id AND $id NOT IN (FROM is_product)),
home AS (SELECT product AS start, owner AS id FROM owns UNION SELECT start, start FROM starts),
walk(start, worst, node, depth) USING KEY (start, worst, node) AS (  -- for each grade the shortest ways over steps that are no worse
  SELECT start, worst, start, 0 FROM starts, range(3) AS grades(worst)
  UNION
  SELECT w.start, w.worst, s.source, min(w.depth + s.cost)
  FROM walk w JOIN step s ON s.node = w.node AND s.grade <= w.worst AND NOT s.own AND (w.node <> w.start OR s.grade = 0)
    LEFT JOIN home h ON h.start = w.start AND h.id = s.source
    LEFT JOIN recurring.walk known ON known.start = w.start AND known.worst = w.worst AND known.node = s.source
  WHERE h.id IS NULL AND (known.node IS NULL OR known.depth > w.depth + s.cost)
  GROUP BY w.start, w.worst, s.source
),
found AS (  -- with the own resources of products on the way; those of the start only where it or a sibling cites them
  SELECT start, worst, node AS source, depth FROM walk
  UNION ALL
  SELECT w.start, w.worst, s.source, w.depth
  FROM walk w JOIN step s ON s.node = w.node AND s.grade <= w.worst AND s.own AND (w.node <> w.start OR s.grade = 0)
    LEFT JOIN home h ON h.start = w.start AND h.id = s.source
  WHERE w.depth = 0 OR h.id IS NULL
)
SELECT min(f.depth) AS depth, ['stated', 'possible', 'remote'][f.worst + 1] AS grade, f.source, n.license,
  n.name
FROM found f JOIN nodes n ON n.id = f.source WHERE f.source <> $id AND f.source <> f.start
GROUP BY f.worst, f.source, n.license, n.name
QUALIFY f.worst = min(f.worst) OVER (PARTITION BY f.source)
ORDER BY depth, f.source
