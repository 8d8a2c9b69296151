"""Questions about the policy work; other applications read through these."""
