"""The queue. Tasks only wake work that already stands as rows; beat sweeps what a lost message left behind."""

import os
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from django.db import transaction

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


class WakingTask(DjangoTask):
    """A task whose message may be lost without harm: when the broker is down after a commit, the page still answers."""

    abstract = True

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:
        """Send the message once the transaction stands; a failure to send is logged, and beat wakes the work."""

        def wake() -> None:  # a partial has no __qualname__, which Django's own log line of the failure asks for
            self.delay(*args, **kwargs)

        transaction.on_commit(wake, robust=True)


app = Celery("fairlead", task_cls=WakingTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["buyers.customer_lists"])
app.autodiscover_tasks(["buyers.feeds", "buyers.intake"])  # apart from buyers.tasks, which the actions called here wake
