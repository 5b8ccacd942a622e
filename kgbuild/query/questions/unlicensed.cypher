// Which products state no license?
//
// Products that no record describes (stubs) are left out. A text such as "N/A" states no license.
MATCH (product:biolink_DatasetDistribution)
WHERE product.stub IS NULL AND product.license IS NULL
RETURN product.id AS product, product.name AS name ORDER BY product
