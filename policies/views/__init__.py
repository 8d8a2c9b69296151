"""Pages of the policy work."""
