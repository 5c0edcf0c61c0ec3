"""The keys of logs beside those of the objects that they are of."""

from __future__ import annotations

from dockertui.operations.base import Context
from dockertui.operations.catalogue import Catalogue


def test_the_footer_of_a_log_names_no_key_that_the_log_takes() -> None:
    catalogue = Catalogue()
    taken = {key for operation in catalogue.within(Context.LOG) for key in catalogue.keys(operation)}
    others = [
        operation for operation, _ in catalogue.hints(Context.LOG, "container") if operation.context != "in a log"
    ]
    assert not [operation.id for operation in others if catalogue.keys(operation)[0] in taken]
    named = {operation.id for operation in others}
    assert "container.exec" in named, "what the log leaves alone stays"
    assert "container.stop" not in named, "what harms is done from the lists"
