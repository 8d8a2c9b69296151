"""Questions about cases, answered as frozen values."""
