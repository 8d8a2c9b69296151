"""Changes of cases: each function is one step, all or nothing."""
