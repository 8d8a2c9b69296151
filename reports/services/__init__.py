"""Changes of the documents. Each function is atomic, audited and safe to call twice."""
