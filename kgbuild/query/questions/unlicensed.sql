-- Which products state no license?
--
-- Products that no record describes (stubs) are left out. A text such as "N/A" states no license.
SELECT id AS product, name
FROM nodes WHERE list_contains(category, 'biolink:DatasetDistribution') AND stub IS NOT TRUE AND license IS NULL
ORDER BY product
