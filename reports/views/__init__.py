"""Pages of the documents, the home page and the overviews."""
