"""Fee and materials 缴费与材料: the page where both are done, and check-your-answers."""
