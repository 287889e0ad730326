"""The process engine: releases, cases, tasks and everything written when one of them moves.

Knows no process, no form and no web framework. Only `engine.spiff` imports SpiffWorkflow.
"""
