"""Classes as their associations keep them: made, changed, cancelled, counted."""
