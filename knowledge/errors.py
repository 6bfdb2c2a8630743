"""What may be refused about policy documents; each message is shown to a person."""


class KnowledgeError(Exception):
    """A request on the policy documents that cannot be done; its text says why and what to do."""


class UnreadableDocument(KnowledgeError):
    """The file cannot be imported: too large, empty, broken, encrypted, scanned, …"""


class DocumentNotFound(KnowledgeError):
    """There is no such document or clause."""


class DocumentIncomplete(KnowledgeError):
    """Something that must be known is neither in the file nor given; the text asks for it."""


class DocumentConflict(KnowledgeError):
    """The document is past this: it was replaced or revoked already."""
