"""Find and hide secrets in any text or JSON. There is one level of masking only.

`masked` is for a text, `masked_words` for the words of a command or a list of assignments, `masked_tree` for JSON,
`masked_path` for the path and query of a request. `known_secrets` returns the values in an object whose names mark
them as secrets, so that they can be hidden wherever else the object repeats them.
"""

from __future__ import annotations

from dockertui.masking.names import is_secret
from dockertui.masking.shapes import MASK
from dockertui.masking.texts import masked, masked_words
from dockertui.masking.trees import known_secrets, masked_path, masked_tree

__all__ = ["MASK", "is_secret", "known_secrets", "masked", "masked_path", "masked_tree", "masked_words"]
