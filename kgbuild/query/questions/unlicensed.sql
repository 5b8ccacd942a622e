-- Which products state no license?
--
-- Products that no record describes (stubs) are left out.
SELECT id AS product, name
FROM nodes WHERE list_contains(category, 'biolink:DatasetDistribution') AND stub IS NOT TRUE AND license IS NULL AND license_label IS NULL
ORDER BY product
