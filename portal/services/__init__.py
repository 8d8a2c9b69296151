"""Changes of the base application. Each function is atomic, audited and safe to call twice."""
