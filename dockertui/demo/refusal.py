"""How the model says no: the Engine's own words and the status code that it gives them."""


class Refusal(Exception):
    """The Engine refuses. `status` is the HTTP status, `message` the wording of a real Engine 28."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def not_found(message: str) -> Refusal:
    return Refusal(404, message)


def conflict(message: str) -> Refusal:
    return Refusal(409, message)


def invalid(message: str) -> Refusal:
    return Refusal(400, message)


def forbidden(message: str) -> Refusal:
    return Refusal(403, message)


class Unchanged(Exception):
    """Nothing to do: the Engine answers 304 (start of a running container, stop of a stopped one)."""
