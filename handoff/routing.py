"""To whose queue a ticket goes: the nearest region above its own that people serve."""

from handoff.staff import Staff, covers
from handoff.tickets import ROOT
from knowledge.regions import region_prefix
from storage import Transaction


def route(tx: Transaction, region: str) -> str:
    """The nearest region upwards that has a manager of its own; the root when there is none.

    What is routed to the root is everybody's, so where people are employed for the whole country
    the ticket stays with its own region, which they cover: no other region's managers read it.
    """
    if region == ROOT:
        return ROOT
    rows = tx.all(
        "SELECT DISTINCT region FROM staff"
        " WHERE role IN ('manager', 'reform_office') AND disabled_at IS NULL"
    )
    serving = [row["region"] for row in rows if covers(row["region"], region)]
    nearest = max(serving, key=lambda code: len(region_prefix(code)), default=ROOT)
    return region if serving and nearest == ROOT else nearest


def reroute(tx: Transaction, left: Staff) -> list[str]:
    """Send what waits in the region of somebody who has left to those who serve it now. The ids of
    the tickets that go elsewhere; none when who left took no tickets."""
    if left.role not in ("manager", "reform_office"):
        return []
    waiting = tx.all(
        "SELECT id, region, routed_to FROM ticket WHERE status IN ('open', 'escalated')"
        " AND assignee IS NULL AND routed_to LIKE :prefix ORDER BY created_at",
        prefix=region_prefix(left.region) + "%",
    )
    served = {region: route(tx, region) for region in {row["region"] for row in waiting}}
    moved = []
    for row in waiting:
        routed_to = served[row["region"]]
        if routed_to != row["routed_to"]:
            moved.append(row["id"])
            tx.execute(
                "UPDATE ticket SET routed_to = :to, updated_at = :now WHERE id = :id",
                to=routed_to,
                now=tx.now,
                id=row["id"],
            )
    return moved
