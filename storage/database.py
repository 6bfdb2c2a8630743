"""What every surface uses to reach the database."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from storage.changes import Changes
from storage.transaction import Transaction

P = ParamSpec("P")
T = TypeVar("T")


class Database(ABC):
    """Runs plain functions in transactions, on SQLite or PostgreSQL."""

    def __init__(self) -> None:
        self.changes = Changes()

    @abstractmethod
    async def write(
        self,
        function: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(tx, …)` and commit; returns once the commit is on the disk.

        Whatever the function raises is raised here, and nothing that it wrote is kept.
        Raises StorageUnavailable when the database cannot be reached or cannot write.
        """

    @abstractmethod
    async def read(
        self,
        function: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(tx, …)` on one consistent view; it cannot write."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what is queued, then let go of the database."""
