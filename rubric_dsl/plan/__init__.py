"""The scoring plan: what to score, as typed data with an identity, readable by machines and people."""
