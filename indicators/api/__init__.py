"""API of the indicator work: the scopes of the pages, the services of the pages."""
