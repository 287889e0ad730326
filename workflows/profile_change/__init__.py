"""登记信息变更: what a member may not change himself, applied for with proof."""
