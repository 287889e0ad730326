"""The review 审核 by the local association: what a reviewer sees and how he returns it."""
