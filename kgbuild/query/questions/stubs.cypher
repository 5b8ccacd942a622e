// Which ids are used that no record describes, and how many others use each?
MATCH (stub) WHERE stub.stub
RETURN COUNT { MATCH (user)-->(stub) RETURN DISTINCT user } AS uses, stub.id AS stub ORDER BY uses DESC, stub
