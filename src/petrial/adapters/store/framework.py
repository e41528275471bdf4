"""Django, set up for the ledger alone unless a program around it has set it up already.

Whoever needs the models imports this module before them.
"""

import os
import secrets
from collections.abc import Mapping

import django
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

__all__ = ["APPS", "forget", "register"]

APPS = ("petrial.adapters.store", "petrial.adapters.store.access")
"""What a program that sets up Django itself has to name in INSTALLED_APPS."""

if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    settings.configure(INSTALLED_APPS=list(APPS), DATABASES={}, LOGGING_CONFIG=None)
if not apps.ready and not apps.loading:
    django.setup()
if settings.configured and not set(APPS) <= set(settings.INSTALLED_APPS):
    message = f"name {', '.join(APPS)} in INSTALLED_APPS"
    raise ImproperlyConfigured(message)


def register(database: Mapping[str, object]) -> str:
    """Make a database known to Django; return the alias under which it is found."""
    alias = f"ledger-{secrets.token_hex(8)}"
    known = connections.configure_settings({"default": {}, alias: dict(database)})
    connections.settings[alias] = known[alias]
    return alias


def forget(alias: str) -> None:
    """Close this thread's connection, and make the alias unknown again."""
    if alias in connections.settings:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]
