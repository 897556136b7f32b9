"""Who is in the demo: three exporters, their people, the insurer's staff. All invented, all under `.example`."""

from dataclasses import dataclass

from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR, SENIOR_UNDERWRITER, UNDERWRITER, Role


@dataclass(frozen=True)
class Firm:
    """An exporter and its policy. Amounts in `currency`; the other terms stand in demo/policies.py."""

    key: str
    name: str
    country: str
    registration: str
    currency: str
    time_zone: str
    policy_serial: int
    reviewed_acts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Someone:
    """A person who may sign in to the demo. `roles` by firm key; `group` for staff ('operator' for the operator)."""

    email: str
    name: str
    password: str
    language: str = "en"
    roles: tuple[tuple[str, str], ...] = ()
    group: str = ""


# A policy's number needs no row's id; the serials are far from those a new policy would get.
FIRMS = (
    Firm("lanhai", "宁波澜海工具有限公司 Ningbo Lanhai Tools", "CN", "demo 3302", "USD", "Asia/Shanghai", 900417),
    Firm("wiesen", "Wiesenbruck Pumpentechnik GmbH", "DE", "demo HRB 20417", "EUR", "Europe/Berlin", 900418),
    Firm("lourido", "Cerâmicas do Lourido, Lda", "PT", "demo 513 204", "EUR", "Europe/Lisbon", 900419,
         reviewed_acts=("policies.ask_for_limit",)),
)  # fmt: skip

OPERATOR = "operator"

PEOPLE = (
    Someone("lin.yue@lanhai.example", "林悦", "harbour-lantern-41", "zh-hans", (("lanhai", Role.OWNER),)),
    Someone("zhou.hang@lanhai.example", "周航", "silver-anchor-72", "zh-hans", (("lanhai", Role.EDITOR),)),
    Someone("mia.tan@ledgerhouse.example", "Mia Tan", "quiet-compass-58", "en",
            (("lanhai", Role.READER), ("lourido", Role.READER))),
    Someone("annika@wiesenbruck.example", "Annika Wiesenbruck", "copper-mooring-19", "en", (("wiesen", Role.OWNER),)),
    Someone("jonas.feld@wiesenbruck.example", "Jonas Feld", "northern-capstan-36", "en", (("wiesen", Role.EDITOR),)),
    Someone("petra.lohse@wiesenbruck.example", "Petra Lohse", "patient-halyard-83", "en", (("wiesen", Role.READER),)),
    Someone("ines@lourido.example", "Inês Carvalhal", "bright-estuary-27", "en", (("lourido", Role.OWNER),)),
    Someone("rui.teixeira@lourido.example", "Rui Teixeira", "steady-rudder-64", "en", (("lourido", Role.EDITOR),)),
)  # fmt: skip

STAFF = (
    Someone("maria.koch@fairlead.example", "Maria Koch", "granite-fairway-15", group=UNDERWRITER),
    Someone("henrik.aaltonen@fairlead.example", "Henrik Aaltonen", "winter-beacon-92", group=SENIOR_UNDERWRITER),
    Someone("sofia.marques@fairlead.example", "Sofia Marques", "amber-sextant-48", group=CLAIMS_HANDLER),
    Someone("chen.li@fairlead.example", "陈立", "morning-bollard-33", "zh-hans", group=POLICY_ADMINISTRATOR),
    Someone("operator@fairlead.example", "Olu Adeyemi", "hidden-lighthouse-76", group=OPERATOR),
)

# E-mail -> (up to, currency, best grade, worst grade)
AUTHORITIES = {
    "maria.koch@fairlead.example": ("500000", "EUR", 1, 7),
    "henrik.aaltonen@fairlead.example": ("5000000", "EUR", 1, 9),
    "sofia.marques@fairlead.example": ("250000", "EUR", 1, 10),
}
