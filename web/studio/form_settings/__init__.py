"""What can be set at the components of a form, in words: the form editor draws its fields from it.

`forms.properties` says which properties there are and where; a test holds the two together.
"""

from collections.abc import Sequence

from web.studio.form_settings import answers, content, showing
from web.studio.form_settings.setting import Setting

SETTINGS: Sequence[Setting] = (*content.SETTINGS, *answers.SETTINGS, *showing.SETTINGS)

__all__ = ["SETTINGS", "Setting"]
