"""Who takes part in a journey: two firms, the office's desks, and a directory in which names alone do not decide."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.core import mail
from django.utils import timezone

from accounts.actions.invitation import invite_member
from accounts.models import Exporter, User
from accounts.models.roles import CLAIMS_HANDLER, UNDERWRITER, Role
from accounts.tasks import send_invitations
from accounts.tests.factories import exporter, member, staff
from buyers.models import Buyer, CountryRisk
from buyers.tests.factories import buyer, in_book, score, statement
from policies.models import Policy
from policies.tests.factories import policy

# What is typed and who is called what, by the language of the clerk's browser.
PLOTS = {
    "en": {
        "firm": "Brookfield Pumps Ltd",
        "owner": "Olivia Marsh",
        "clerk": "Clara Whitmore",
        "part": "armaturen",
        "chosen": "Lorenz Armaturen GmbH",
        "number": "5493-00 T8BM49AURSDO55",
        "comment": "Season starts in March; orders are signed.",
        "story": "No payment since April, two promises broken.",
    },
    "zh-hans": {
        "firm": "宁波海辰机电有限公司",
        "owner": "王莉",
        "clerk": "陈静",
        "part": "兴达",
        "chosen": "青岛兴达国际贸易有限公司",
        "number": "5493-00 T8BM49AURSDO55",
        "comment": "三月进入旺季，订单已经签好。",
        "story": "四月以来一直没有付款，两次承诺都没有兑现。",
    },
}


@dataclass
class Scene:
    """Everybody of one journey. `granted` is graded well, `referred` as well; the rival has only `referred`."""

    firm: Exporter
    rival: Exporter
    rival_clerk: User
    underwriter: User
    handler: User
    policy: Policy
    granted: Buyer
    referred: Buyer
    clerk_email: str
    plot: dict[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """What no page has to translate."""
        return (
            *self.plot.values(),
            *Buyer.objects.values_list("name", flat=True),
            *filter(None, Buyer.objects.values_list("city", flat=True)),
            *User.objects.values_list("name", flat=True),
            *Exporter.objects.values_list("name", flat=True),
        )


def set_scene(language: str) -> Scene:
    """The scene before the clerk has been invited."""
    plot = PLOTS[language]
    today = timezone.now().date()
    for country, rating, level in (("DE", "AA", 1), ("AT", "AA", 1), ("CN", "A", 2)):
        CountryRisk.objects.create(
            country=country,
            valid_from=today - timedelta(days=900),
            house_grade=rating,
            house_level=level,
            source="test",
        )
    firm = exporter(name=plot["firm"], country="CN" if language == "zh-hans" else "GB")
    rival = exporter(name="Rival Valves SA", country="FR")
    member(firm, Role.OWNER, name=plot["owner"])
    german = graded_buyer("Lorenz Armaturen GmbH", city="Hamburg", lei="529900T8BM49AURSDO55", founded_on=None)
    buyer("Lorenz Armaturen GmbH", country="AT", city="Linz", identifiers={"VAT": "ATU13585627"})
    chinese = graded_buyer(
        "青岛兴达国际贸易有限公司", country="CN", city="青岛", identifiers={"USCC": "91370202MA3C7XYP1D"}
    )
    referred = graded_buyer("Kesselring Werkzeuge GmbH", city="Ulm", lei="549300T8BM49AURSDO55")
    rival_clerk = member(rival, Role.EDITOR, name="Rémi Vallon")
    in_book(rival, referred)
    return Scene(
        firm=firm,
        rival=rival,
        rival_clerk=rival_clerk,
        underwriter=staff(UNDERWRITER, amount=500_000, worst_grade=7, name="Ursula Wendt"),
        handler=staff(CLAIMS_HANDLER, name="Henry Dahl"),
        policy=policy(firm, machine_limit_maximum=Decimal(1_000_000)),
        granted=chinese if language == "zh-hans" else german,
        referred=referred,
        clerk_email="clerk@brookfield.example",
        plot=plot,
    )


def graded_buyer(name: str, **columns: object) -> Buyer:
    """Grade 4, confident and fresh, sales of 20,000,000: good for a limit of millions."""
    made = buyer(name, **{key: value for key, value in columns.items() if value is not None})
    today = timezone.now().date()
    score(made, 4, confidence=90, former_grade=None, scored_at=timezone.now() - timedelta(days=10))
    statement(made, period_end=today - timedelta(days=300), sales=20_000_000)
    return made


def invited(scene: Scene, language: str) -> str:
    """Has the owner invite the clerk, and answers the path of the mail's link."""
    by = User.objects.get(name=scene.plot["owner"])
    invite_member(
        by=by.pk, exporter=scene.firm.pk, email=scene.clerk_email, role=Role.EDITOR, name=scene.plot["clerk"],
        language=language,
    )  # fmt: skip
    send_invitations()
    text = mail.outbox[-1].body
    return next(word for word in text.split() if "/accounts/invitation/" in word)
