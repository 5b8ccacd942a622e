// What does a product or resource come from, directly or by way of others, how many owners away, and under which licenses?
//
// $id (node): a product or resource
//
// Depth 0 is its own resource and sister products, where it cites them. A source resource goes on to the sources of its products, a source
// product by itself; nothing goes on by way of the own resource. The license is the SPDX id, or else the address or the label that is
// stated; none where none is.
MATCH (x) WHERE x.id = $id
WITH x, CASE WHEN x:biolink_DatasetDistribution THEN COLLECT { MATCH (o)-[:has_product|biolink_has_part]->(x) RETURN o } ELSE [x] END AS home
// From each node that was found last to what it comes from, until nothing is new or nearer; a step to a sister product adds no depth.
WITH x, home, reduce(walk = {last: [{node: x, depth: 0}], all: [{node: x, depth: 0}]}, step IN range(1, 100) |
  CASE WHEN walk.last = [] THEN walk ELSE head([found IN [COLLECT {
    UNWIND walk.last AS at
    WITH at.node AS a, at.depth AS depth
    MATCH (a)-[:has_product|biolink_has_part]->{0,1}(by)-[r:derived_from|biolink_derives_from]->(b)
    WHERE r.products IS NULL AND b <> x AND NOT b IN home AND NOT EXISTS { (b)-[:has_product|biolink_has_part]->(by) }
      AND (a <> x OR by = x OR NOT x:biolink_DatasetDistribution)
    WITH DISTINCT b, depth + CASE WHEN r.within_owner THEN 0 ELSE 1 END AS depth
    WHERE none(known IN walk.all WHERE known.node = b AND known.depth <= depth)
    RETURN {node: b, depth: depth}
  }] | {last: found, all: walk.all + found}]) END).all AS all
UNWIND all AS at
WITH x, home, at.node AS a, at.depth AS depth
// The own resources of products on the way are told too, and lead no further; those of x where it or a sister cites them.
CALL (x, home, a, depth) {
  RETURN a AS source
  UNION
  MATCH (a)-[:has_product|biolink_has_part]->{0,1}(by)-[r:derived_from|biolink_derives_from]->(source)
  WHERE r.products IS NULL AND source <> a AND EXISTS { (source)-[:has_product|biolink_has_part]->(by) } AND (depth = 0 OR NOT source IN home)
  RETURN source
}
WITH source, min(depth) AS depth, x WHERE source <> x
RETURN depth, source.id AS source, coalesce(source.license, source.license_label) AS license, source.name AS name ORDER BY depth, source
