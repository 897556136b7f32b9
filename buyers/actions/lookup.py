"""Looking up the grade of a buyer that is not in the firm's book: a read that the trail records and that has an end."""

from django.conf import settings

from accounts.access import require_role
from accounts.audit import action, record
from accounts.models import Exporter
from accounts.models.roles import MAY_READ
from buyers.models import Buyer
from buyers.models.lookups import looked_up_at, lookups_of
from kernel.refusals import refusal, refuse


@action
def look_up_grade(*, by: int, exporter: int, buyer: int) -> Buyer:
    """Open the grade of a buyer to the firm for a day. The same buyer again within it is repeated and counts once.

    Refuses `buyer_is_private_person` and `too_many_lookups` (settings.GRADE_LOOKUPS_A_DAY different buyers).
    """
    require_role(by, exporter, MAY_READ)
    found = Buyer.objects.present(buyer)
    refuse([refusal("buyer_is_private_person", "buyer")] if found.private_person else [])
    # One at a time for each firm, or ten requests at once would all be the last that is allowed.
    Exporter.objects.select_for_update(no_key=True).get(pk=exporter)
    repeated = looked_up_at(exporter, found.pk) is not None
    if not repeated:
        at_most = settings.GRADE_LOOKUPS_A_DAY
        refuse([refusal("too_many_lookups", number=at_most)] if lookups_of(exporter) >= at_most else [])
    record(
        by=by,
        subject=found,
        exporter=exporter,
        buyer_name=found.name,
        grade=found.grade,
        outcome="repeated" if repeated else "looked_up",
    )
    return found
