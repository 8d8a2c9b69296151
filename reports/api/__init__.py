"""API of the documents and figures."""
