"""What the event streams of askers and staff have in common: signals that carry no content."""

from storage import Changes, Subscription, Transaction

CLOSING = "closing"


def close_streams(changes: Changes) -> None:
    """End the open streams of this process, so that a server that stops need not wait for them."""
    changes.tell([CLOSING])


def typing_topic(conversation_id: str) -> str:
    """The topic on which the asker's page hears that somebody writes an answer."""
    return f"typing:{conversation_id}"


def announce_typing(tx: Transaction, conversation_id: str) -> None:
    """A manager is writing; the asker's page shows it for some seconds."""
    tx.announce(typing_topic(conversation_id))


class Signal(Subscription):
    """Remembers that its topic was announced, and wakes the subscription a stream waits on."""

    def __init__(self, changes: Changes, topic: str, wakes: Subscription) -> None:
        super().__init__(changes, (topic,))
        self._wakes = wakes
        self._heard = False

    def wake(self) -> None:
        self._heard = True
        self._wakes.wake()

    def take(self) -> bool:
        """Whether it was announced since the last time."""
        heard, self._heard = self._heard, False
        return heard
