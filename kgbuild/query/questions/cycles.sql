-- Which resources use each other as sources, directly or indirectly?
--
-- The resources of a group reach each other through the sources of their products; a source product counts as its owner. A group is named
-- after its first id. There is no SPARQL version, since its paths between all pairs of resources take half a minute.
WITH RECURSIVE cites AS (
  SELECT DISTINCT subject AS product, object AS source, coalesce(within_owner, false) AS within
  FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:derived_from' AND products IS NULL
),
owns AS (SELECT DISTINCT subject AS owner, object AS product FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:has_product'),
leads AS (
  SELECT DISTINCT o.owner AS resource, coalesce(whose.owner, c.source) AS other
  FROM owns o JOIN cites c USING (product) LEFT JOIN owns whose ON whose.product = c.source
  WHERE o.owner <> coalesce(whose.owner, c.source)
),
reach AS (FROM leads UNION SELECT r.resource, l.other FROM reach r JOIN leads l ON l.resource = r.other)
SELECT least(min(there.other), there.resource) AS "group", there.resource
FROM reach there JOIN reach back ON back.resource = there.other AND back.other = there.resource
WHERE there.resource <> there.other
GROUP BY there.resource ORDER BY "group", there.resource
