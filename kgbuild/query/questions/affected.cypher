// Who is affected when a product or resource goes away: which products are made from it, directly or by way of others?
//
// $id (node): a product or resource
//
// With a resource its products go away. A product that cites what is affected is affected, and so is its owner, and who cites that.
// Depth is counted in owners: 1 is who cites it.
MATCH (x) WHERE x.id = $id
WITH x, CASE WHEN x:biolink_DatasetDistribution THEN [] ELSE COLLECT { MATCH (x)-[:has_product|biolink_has_part]->(p) RETURN p } END + [x] AS gone
// From each node that was found last to the products that cite it, and to whose they are, until nothing is new or nearer.
WITH x, reduce(walk = {last: [g IN gone | {node: g, depth: 0}], all: [g IN gone | {node: g, depth: 0}]}, step IN range(1, 100) |
  CASE WHEN walk.last = [] THEN walk ELSE head([found IN [COLLECT {
    UNWIND walk.last AS at
    WITH at.node AS a, at.depth AS depth
    MATCH (b)-[:has_product|biolink_has_part]->{0,1}(by)-[r:derived_from|biolink_derives_from]->(a)
    WHERE r.products IS NULL AND NOT EXISTS { (a)-[:has_product|biolink_has_part]->(by) }
    WITH DISTINCT b, depth + CASE WHEN r.within_owner THEN 0 ELSE 1 END AS depth
    WHERE none(known IN walk.all WHERE known.node = b AND known.depth <= depth)
    RETURN {node: b, depth: depth}
  }] | {last: found, all: walk.all + found}]) END).all AS all
UNWIND all AS at
WITH x, at.node AS product, min(at.depth) AS depth
WHERE product:biolink_DatasetDistribution AND product <> x AND NOT EXISTS { (x)-[:has_product|biolink_has_part]->(product) }
RETURN depth, product.id AS product, product.name AS name ORDER BY depth, product
