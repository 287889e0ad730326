"""The yearly fee 会费: orders, the payment provider, claims and the association's confirmation."""
