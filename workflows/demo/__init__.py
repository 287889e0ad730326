"""An invented profession to look at: `seed` fills an empty database with it.

The Guangdong contacts are the public ones of the associations' own manual; every person, number
and account is invented. Nothing here is imported by the product itself.
"""

from workflows.demo.cases import add_cases
from workflows.demo.certificates import add_certificates, describe_certificates
from workflows.demo.phones import add_phones
from workflows.demo.profiles import add_profile_changes
from workflows.demo.register import add_register
from workflows.demo.seed import Demo, DemoAccount, is_seeded, list_accounts, seed
from workflows.demo.training import add_training

__all__ = [
    "Demo",
    "DemoAccount",
    "add_cases",
    "add_certificates",
    "add_phones",
    "add_profile_changes",
    "add_register",
    "add_training",
    "describe_certificates",
    "is_seeded",
    "list_accounts",
    "seed",
]
