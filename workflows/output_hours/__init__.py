"""产出法形式学时: hours earned otherwise than in a class, applied for with proof."""
