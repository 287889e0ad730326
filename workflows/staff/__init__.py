"""The people of the associations' staff: their accounts and their duties."""
