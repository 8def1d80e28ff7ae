import django.db.models.deletion
import django.utils.timezone
import phonenumber_field.modelfields
import register.models.choices
import register.vault.files
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("register", "0001_initial"),
        ("register", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataSubjectRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "saved_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="saved at"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=register.models.choices.sources,
                        default="person",
                        max_length=24,
                        verbose_name="source",
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        editable=False, max_length=16, unique=True, verbose_name="reference"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("access", "See my data (art. 15)"),
                            ("rectification", "Correct my data (art. 16)"),
                            ("erasure", "Erase my data (art. 17)"),
                            ("restriction", "Restrict the use of my data (art. 18)"),
                            ("portability", "Move my data to another service (art. 20)"),
                            ("objection", "Object to the use of my data (art. 21)"),
                            ("withdrawal", "Withdraw my consent (art. 7)"),
                        ],
                        max_length=13,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Waiting for e-mail confirmation"),
                            ("confirmed", "Waiting for the identity check"),
                            ("identified", "In hand"),
                            ("decided", "Decided, package waiting"),
                            ("delivered", "Delivered"),
                            ("closed", "Closed"),
                            ("lapsed", "Never confirmed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="received",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("web", "Web form"),
                            ("email", "E-mail"),
                            ("phone", "Phone"),
                            ("paper", "Paper form"),
                            ("desk", "At the desk"),
                        ],
                        default="web",
                        max_length=5,
                        verbose_name="came by",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, max_length=128, region=None, verbose_name="phone"
                    ),
                ),
                (
                    "details",
                    models.TextField(
                        blank=True, max_length=4000, verbose_name="what the request is about"
                    ),
                ),
                (
                    "notice_version",
                    models.CharField(max_length=16, verbose_name="notice version shown"),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="received at"
                    ),
                ),
                (
                    "target_on",
                    models.DateField(
                        help_text="One month, not moved by holidays.", verbose_name="target"
                    ),
                ),
                ("due_on", models.DateField(verbose_name="last day")),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmed at"),
                ),
                (
                    "identification_asked_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Asking does not restart the clock.",
                        null=True,
                        verbose_name="asked to show a photo ID",
                    ),
                ),
                (
                    "identified_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="identified at"),
                ),
                (
                    "document_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("passport", "Passport"),
                            ("identity_card", "Identity card"),
                            ("driving_licence", "Driving licence"),
                            ("residence_permit", "Residence permit card"),
                        ],
                        max_length=16,
                        verbose_name="document seen",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "Granted"),
                            ("partly", "Granted in part"),
                            ("refused", "Refused"),
                        ],
                        max_length=7,
                        verbose_name="decision",
                    ),
                ),
                (
                    "grounds",
                    models.TextField(
                        blank=True, max_length=4000, verbose_name="grounds of the decision"
                    ),
                ),
                (
                    "extended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="time extended at"),
                ),
                (
                    "extension_reason",
                    models.TextField(blank=True, max_length=2000, verbose_name="why more time"),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                ),
                (
                    "delivered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="delivered at"),
                ),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
                ),
                ("status_token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("confirm_token_hash", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_subject_requests",
                        to="register.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "identified_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="identified by",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saved by",
                    ),
                ),
            ],
            options={
                "verbose_name": "data-subject request",
                "verbose_name_plural": "data-subject requests",
                "ordering": ["due_on"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("target_on"))),
                        name="requests_due_not_before_target",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision__in", ["partly", "refused"]), _negated=True),
                            models.Q(("grounds", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="requests_refusal_has_grounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("extended_at__isnull", True),
                            models.Q(("extension_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="requests_extension_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["identified", "decided", "delivered"]), _negated=True
                            ),
                            models.Q(
                                ("customer__isnull", False),
                                ("identified_at__isnull", False),
                                ("identified_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="requests_in_hand_is_identified",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "source__in",
                                [
                                    "person",
                                    "dealings",
                                    "identification",
                                    "verification",
                                    "address",
                                    "update",
                                    "credit",
                                    "firm",
                                ],
                            )
                        ),
                        name="requests_app_datasubjectrequest_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "access",
                                    "rectification",
                                    "erasure",
                                    "restriction",
                                    "portability",
                                    "objection",
                                    "withdrawal",
                                ],
                            )
                        ),
                        name="requests_app_datasubjectrequest_kind_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "received",
                                    "confirmed",
                                    "identified",
                                    "decided",
                                    "delivered",
                                    "closed",
                                    "lapsed",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="requests_app_datasubjectrequest_state_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channel__in", ["web", "email", "phone", "paper", "desk"])
                        ),
                        name="requests_app_datasubjectrequest_channel_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["fi", "sv", "en"])),
                        name="requests_app_datasubjectrequest_language_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "document_type__in",
                                [
                                    "passport",
                                    "identity_card",
                                    "driving_licence",
                                    "residence_permit",
                                    "",
                                ],
                            )
                        ),
                        name="requests_app_datasubjectrequest_document_type_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["granted", "partly", "refused", ""])),
                        name="requests_app_datasubjectrequest_decision_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessPackage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("expires_at", models.DateTimeField(verbose_name="link expires at")),
                (
                    "fetched_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="fetched at"),
                ),
                ("link_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "content",
                    register.vault.files.SealedFileField(
                        blank=True,
                        label="package.content",
                        max_length=52428800,
                        null=True,
                        verbose_name="content",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packages",
                        to="register.customer",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packages",
                        to="requests_app.datasubjectrequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "package",
                "verbose_name_plural": "packages",
                "ordering": ["-made_at"],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="requests_package_expires_later",
                    )
                ],
            },
        ),
    ]
