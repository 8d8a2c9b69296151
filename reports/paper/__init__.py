"""A document's content on paper: as an official document, and as pages of the preview. Pure."""
