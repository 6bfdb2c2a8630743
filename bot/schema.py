"""All tables of the product, in the order in which they are made."""

from handoff.schema import MIGRATIONS as HANDOFF
from storage import Migration

MIGRATIONS: tuple[Migration, ...] = (*HANDOFF,)
