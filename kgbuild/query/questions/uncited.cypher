// Which resources are never cited, neither directly nor through their products?
//
// Citations by the resource's own products are not counted.
MATCH (resource:biolink_DatasetSummary)
WHERE resource.stub IS NULL AND NOT EXISTS {
  MATCH (resource)-[:has_product|biolink_has_part]->{0,1}(cited)<-[r:derived_from|biolink_derives_from]-()
  WHERE r.products IS NULL AND r.within_owner IS NULL
}
RETURN resource.id AS resource, resource.name AS name ORDER BY resource
