"""Questions about a build, without a server."""
