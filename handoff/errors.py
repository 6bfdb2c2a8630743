"""What the desk and the channels may be refused; each message is shown to a person."""


class HandoffError(Exception):
    """A request that cannot be done; its text says why and what to do."""


class NotFound(HandoffError):
    """There is no such thing, or not for the one who asks."""


class Forbidden(HandoffError):
    """The one who asks may not do this."""


class Conflict(HandoffError):
    """Somebody else was faster, or the ticket is past this."""


class Invalid(HandoffError):
    """What was given cannot be used."""


class TooManyTries(HandoffError):
    """Too many wrong passwords; wait."""
