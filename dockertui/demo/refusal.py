"""How the model says no: the Engine's own words and the status code that it gives them."""

from functools import partial


class Refusal(Exception):
    """The Engine refuses. `status` is the HTTP status, `message` the wording of a real Engine 28."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


invalid, forbidden, not_found, conflict = (partial(Refusal, status) for status in (400, 403, 404, 409))


class Unchanged(Exception):
    """Nothing to do: the Engine answers 304 (start of a running container, stop of a stopped one)."""
