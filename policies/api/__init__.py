"""Endpoints of the policy work."""
