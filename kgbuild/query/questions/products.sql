-- Which products does a resource publish, and which sources is each made from?
--
-- $id (node): a resource
WITH owns AS (SELECT DISTINCT subject AS owner, object AS product FROM edges WHERE coalesce(original_predicate, predicate) = 'kgrs:has_product')
SELECT DISTINCT o.product, n.name, e.object AS source, e.source_role AS role
FROM owns o JOIN nodes n ON n.id = o.product
LEFT JOIN edges e ON e.subject = o.product AND coalesce(e.original_predicate, e.predicate) = 'kgrs:derived_from' AND e.products IS NULL
WHERE o.owner = $id ORDER BY product, source NULLS FIRST, role NULLS FIRST
