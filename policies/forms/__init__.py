"""Forms of the policy work; each mirrors a service, which judges again."""
