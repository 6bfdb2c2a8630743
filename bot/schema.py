"""All tables of the product, in the order in which they are made."""

from bot.inbox import MIGRATIONS as INBOX
from faq.schema import MIGRATIONS as FAQ
from handoff.schema import MIGRATIONS as HANDOFF
from knowledge.regions import REGION_MIGRATIONS as REGIONS
from knowledge.schema import MIGRATIONS as KNOWLEDGE
from storage import Migration

MIGRATIONS: tuple[Migration, ...] = (*REGIONS, *KNOWLEDGE, *FAQ, *HANDOFF, *INBOX)
