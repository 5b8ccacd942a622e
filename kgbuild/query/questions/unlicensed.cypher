// Which products state no license?
//
// Products that no record describes (stubs) are left out.
MATCH (product:biolink_DatasetDistribution)
WHERE product.stub IS NULL AND product.license IS NULL AND product.license_label IS NULL
RETURN product.id AS product, product.name AS name ORDER BY product
