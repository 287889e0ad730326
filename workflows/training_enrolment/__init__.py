"""培训班报名: a class, who signs up for it, and the hours that he gets."""
