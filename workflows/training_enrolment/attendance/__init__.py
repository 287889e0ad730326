"""Who was there: by list, by workbook, by the code that a member shows."""
