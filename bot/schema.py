"""All tables of the product, in the order in which they are made."""

from storage import Migration

MIGRATIONS: tuple[Migration, ...] = ()
