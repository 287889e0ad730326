"""统一报名: a firm and its people in classes."""
