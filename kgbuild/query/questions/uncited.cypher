// Which resources does nobody cite, neither themselves nor one of their products?
//
// Products of the resource itself are nobody.
MATCH (resource:biolink_DatasetSummary)
WHERE resource.stub IS NULL AND NOT EXISTS {
  MATCH (resource)-[:has_product|biolink_has_part]->{0,1}(cited)<-[r:derived_from|biolink_derives_from]-()
  WHERE r.products IS NULL AND r.within_owner IS NULL
}
RETURN resource.id AS resource, resource.name AS name ORDER BY resource
