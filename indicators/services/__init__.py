"""Changes of the indicator work. Each function is atomic, audited and safe to call twice."""
