"""What the pages of training say in the words of an association."""
