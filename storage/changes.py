"""Who waits for news: topics announced by committed transactions, in this or another process."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterable
from types import TracebackType
from typing import Self


class Subscription:
    """A waiting reader. It wakes when one of its topics was announced since the last `wait`."""

    def __init__(self, changes: "Changes", topics: tuple[str, ...]) -> None:
        self._changes = changes
        self._topics = topics
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    async def wait(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - bounds a long poll
        """Wait for news; False when `timeout` seconds passed without any."""
        try:
            # Not wait_for: on Python 3.11 that can swallow a cancellation.
            async with asyncio.timeout(timeout):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True

    def wake(self) -> None:
        """Called from any thread; a loop that is closed already has nobody to wake."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    def __enter__(self) -> Self:
        self._changes.add(self, self._topics)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._changes.remove(self, self._topics)


class Changes:
    """Topics and their subscribers within one process; `tell` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: dict[str, set[Subscription]] = defaultdict(set)

    def subscribe(self, *topics: str) -> Subscription:
        """A subscription to use in a `with` block; news from before the block are not seen."""
        return Subscription(self, topics)

    def add(self, subscription: Subscription, topics: Iterable[str]) -> None:
        with self._lock:
            for topic in topics:
                self._subscribers[topic].add(subscription)

    def remove(self, subscription: Subscription, topics: Iterable[str]) -> None:
        with self._lock:
            for topic in topics:
                self._subscribers[topic].discard(subscription)
                if not self._subscribers[topic]:
                    del self._subscribers[topic]

    def tell(self, topics: Iterable[str]) -> None:
        """Wake whoever subscribed to one of these topics."""
        with self._lock:
            woken = {each for topic in topics for each in self._subscribers.get(topic, ())}
        for subscription in woken:
            subscription.wake()

    def tell_all(self) -> None:
        """Wake every subscriber: nobody knows what was announced meanwhile."""
        with self._lock:
            topics = list(self._subscribers)
        self.tell(topics)
