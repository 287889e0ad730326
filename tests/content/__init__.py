"""What is shipped: diagrams, decision tables, forms, panels and their English texts."""
