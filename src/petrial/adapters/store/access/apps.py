"""The access chain as a Django application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

__all__ = ["AccessApp"]


class AccessApp(AppConfig):
    """Sets the triggers again after every migration."""

    name = "petrial.adapters.store.access"
    label = "petrial_access"
    verbose_name = "access chain"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the triggers set after migrations."""
        from petrial.adapters.store.triggers import set_after_migration  # noqa: PLC0415  needs apps

        post_migrate.connect(set_after_migration, sender=self)
