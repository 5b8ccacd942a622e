#!/bin/sh
# Import the graph beside this script into a database of Neo4j 5 that is not there yet, or that --overwrite-destination=true replaces:
#     import.sh [DATABASE [OPTION OF neo4j-admin]...]
# The server must not run. NEO4J_ADMIN names the program, if it is none of that name on the path or in $NEO4J_HOME/bin.
set -eu
cd "$(dirname -- "$0")"
database=${1:-neo4j}
if [ $# -gt 0 ]; then shift; fi
if [ -n "${NEO4J_ADMIN:-}" ]; then admin=$NEO4J_ADMIN
elif command -v neo4j-admin > /dev/null; then admin=neo4j-admin
else admin=${NEO4J_HOME:?expected neo4j-admin on the path, or NEO4J_HOME or NEO4J_ADMIN, got none}/bin/neo4j-admin
fi
report=$(mktemp)
trap 'rm -f -- "$report"' EXIT
"$admin" database import full "$database" "$@" --report-file="$report" \
    --delimiter=, --array-delimiter=U+0000 --quote='"' --multiline-fields=true --id-type=string --read-buffer-size=64m \
    --strict=true --bad-tolerance=0 \
    --nodes=nodes.csv --nodes=nodes_fractions.csv --relationships=relationships.csv || {
    status=$?
    cat -- "$report" >&2
    exit "$status"
}
