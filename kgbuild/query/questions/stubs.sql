-- Which ids are used that no record describes, and how many others use each?
SELECT count(DISTINCT e.subject) AS uses, n.id AS stub
FROM nodes n LEFT JOIN edges e ON e.object = n.id WHERE n.stub
GROUP BY n.id ORDER BY uses DESC, stub
