"""Questions to the documents and across the domains."""
