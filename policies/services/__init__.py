"""Changes of the policy work: each is one function, atomic, audited, safe when two press at once."""
