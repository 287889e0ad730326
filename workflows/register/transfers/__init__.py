"""Members, firms, fees and hours as workbooks: taken away, and taken over all at once."""
