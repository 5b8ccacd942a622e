// Which sources is a product or resource made from, directly or indirectly, how many owners away, and under which licenses?
//
// $id (node): a product or resource
//
// Depth 0 is its own resource and sibling products, if it cites them. A source resource is followed to the sources that it states and to the
// sources of its products, a source product to its own; the product's own resource is not followed. The grade is `stated` if records state every
// step, `possible` if the path goes through a data product of a source resource, `remote` if it goes through another product although there are data
// products. The depth is that of the shortest path of the best grade. The license is the SPDX id, or the address or label that is
// stated; empty if there is none. A walk ends after 1,000 rounds, one for each further owner and for each step to a sibling.
MATCH (x) WHERE x.id = $id
// From a product itself, from a resource also from each of its products; home is never walked.
UNWIND [x] + CASE WHEN x:biolink_DatasetDistribution THEN [] ELSE COLLECT { MATCH (x)-[:has_product|biolink_has_part]->(p) RETURN p } END AS start
WITH x, start, [start] + COLLECT { MATCH (o)-[:has_product|biolink_has_part]->(start) RETURN o } AS home
// For each grade over steps that are no worse: from each node that was found last to what it comes from, until nothing is new or nearer.
UNWIND range(0, 2) AS worst
WITH x, start, home, worst, reduce(walk = {last: [{node: start, depth: 0}], all: [{node: start, depth: 0}]}, step IN range(1, 1000) |
  CASE WHEN walk.last = [] THEN walk ELSE head([found IN [COLLECT {
    UNWIND walk.last AS at
    WITH at.node AS a, at.depth AS depth
    CALL (a, start, worst) {
      RETURN a AS by
      UNION
      MATCH (a)-[:has_product|biolink_has_part]->(by)
      WHERE a <> start AND worst > 0 AND (worst = 2 OR NOT coalesce(by.kgrs_category, by.category[0]) IN $not_data OR NOT EXISTS {
        MATCH (a)-[:has_product|biolink_has_part]->(data) WHERE NOT coalesce(data.kgrs_category, data.category[0]) IN $not_data })
      RETURN by
    }
    MATCH (by)-[r:derived_from|biolink_derives_from]->(b)
    WHERE r.products IS NULL AND NOT b IN home AND NOT EXISTS { (b)-[:has_product|biolink_has_part]->(by) }
    WITH DISTINCT b, depth + CASE WHEN r.within_owner THEN 0 ELSE 1 END AS depth
    WHERE none(known IN walk.all WHERE known.node = b AND known.depth <= depth)
    RETURN {node: b, depth: depth}
  }] | {last: found, all: walk.all + found}]) END).all AS all
UNWIND all AS at
WITH x, start, home, worst, at.node AS a, min(at.depth) AS depth
// With the own resources of products on the way; those of the start only where it or a sibling cites them.
CALL (start, home, worst, a, depth) {
  WITH start, a WHERE a <> start
  RETURN a AS source
  UNION
  CALL (a, start, worst) {
    RETURN a AS by
    UNION
    MATCH (a)-[:has_product|biolink_has_part]->(by)
    WHERE a <> start AND worst > 0 AND (worst = 2 OR NOT coalesce(by.kgrs_category, by.category[0]) IN $not_data OR NOT EXISTS {
      MATCH (a)-[:has_product|biolink_has_part]->(data) WHERE NOT coalesce(data.kgrs_category, data.category[0]) IN $not_data })
    RETURN by
  }
  MATCH (by)-[r:derived_from|biolink_derives_from]->(source)
  WHERE r.products IS NULL AND source <> start AND EXISTS { (source)-[:has_product|biolink_has_part]->(by) } AND (depth = 0 OR NOT source IN home)
  RETURN source
}
WITH source, worst, min(depth) AS depth, x WHERE source <> x
ORDER BY worst
WITH source, head(collect({worst: worst, depth: depth})) AS best
RETURN best.depth AS depth, ['stated', 'possible', 'remote'][best.worst] AS grade, source.id AS source,
  source.license AS license, source.name AS name ORDER BY depth, source
