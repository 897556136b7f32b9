"""A client in a process of its own: asks for limits as its arguments say, and prints what became of each.

Not a test: `test_races.py` starts several at once against the test database.
"""

import json
import sys
import uuid
from decimal import Decimal
from typing import Any

import django


def main(asks: list[dict[str, Any]]) -> list[str]:
    """Each ask in turn; a stage, or the codes of the refusal."""
    from kernel.refusals import Refused  # after django.setup()
    from policies.actions.request import ask_for_limit

    found = []
    sys.stdin.readline()  # all start together
    for ask in asks:
        key = uuid.UUID(ask.pop("form_key", None) or str(uuid.uuid4()))
        try:
            found.append(ask_for_limit(**{**ask, "amount": Decimal(ask["amount"]), "form_key": key}).stage)
        except Refused as refused:
            found.append(str(refused))
    return found


if __name__ == "__main__":
    django.setup()
    print("ready", flush=True)
    print(json.dumps(main(json.loads(sys.argv[1]))))
