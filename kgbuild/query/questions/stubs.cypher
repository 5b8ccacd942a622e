// Which ids have no record, and how many nodes refer to each?
MATCH (stub) WHERE stub.stub
RETURN COUNT { MATCH (user)-->(stub) RETURN DISTINCT user } AS uses, stub.id AS stub ORDER BY uses DESC, stub
