"""The command line. Each module holds one command: it parses the options, calls the library, prints the result and returns the exit status."""
