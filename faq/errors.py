"""What a curator may be refused; each message is shown to a person."""


class FaqError(Exception):
    """A request on the FAQ library that cannot be done; its text says why and what to do."""


class EntryNotFound(FaqError):
    """There is no such entry."""


class EntryInvalid(FaqError):
    """The entry is not fit to be kept or published."""


class EntryConflict(FaqError):
    """Another entry stands in the way, or the entry is past this."""
