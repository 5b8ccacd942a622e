-- Which ids have no record, and how many nodes refer to each?
SELECT count(DISTINCT e.subject) AS uses, n.id AS stub
FROM nodes n LEFT JOIN edges e ON e.object = n.id WHERE n.stub
GROUP BY n.id ORDER BY uses DESC, stub
