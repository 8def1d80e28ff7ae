"""Running numbers without gaps."""

from django.db import models


class NumberSeries(models.Model):
    """The last number given in a series such as `agreement-2026` (see services.numbers)."""

    key = models.CharField(max_length=32, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.key
