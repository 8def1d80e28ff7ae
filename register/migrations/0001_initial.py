import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import phonenumber_field.modelfields
import register.models.choices
import register.models.identities
import register.validators
import register.vault.fields
import register.vault.files
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="ErasureReceipt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("customer_id", models.UUIDField(db_index=True)),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("retention", "The retention period ended"),
                            ("request", "The person asked (art. 17)"),
                            ("card", "The card's own period ended"),
                        ],
                        max_length=9,
                        verbose_name="ground",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("rows_gone", "Rows gone, key not yet destroyed"),
                            ("complete", "Complete"),
                        ],
                        default="rows_gone",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("executed_at", models.DateTimeField(verbose_name="executed at")),
                ("executed_by", models.BigIntegerField(null=True, verbose_name="user")),
                ("counts", models.JSONField(default=dict, verbose_name="rows per table")),
                ("kept", models.JSONField(default=list, verbose_name="kept, until and why")),
            ],
            options={
                "verbose_name": "erasure receipt",
                "verbose_name_plural": "erasure receipts",
                "ordering": ["-executed_at"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                ("key", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("last", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="RetentionRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("for_day", models.DateField(verbose_name="for the day")),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("complete", "Complete"),
                            ("incomplete", "Incomplete"),
                        ],
                        default="running",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("people", models.PositiveIntegerField(default=0, verbose_name="people erased")),
                ("held", models.PositiveIntegerField(default=0, verbose_name="people held")),
                ("counts", models.JSONField(default=dict, verbose_name="rows per table")),
                ("problems", models.JSONField(default=list, verbose_name="problems")),
            ],
            options={
                "verbose_name": "retention run",
                "verbose_name_plural": "retention runs",
                "ordering": ["-started_at"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=150, verbose_name="last name"),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(verbose_name="when")),
                ("actor_id", models.BigIntegerField(null=True, verbose_name="user")),
                ("actor_roles", models.CharField(blank=True, max_length=100, verbose_name="roles")),
                ("verb", models.CharField(max_length=40, verbose_name="what")),
                (
                    "object_label",
                    models.CharField(blank=True, max_length=60, verbose_name="record"),
                ),
                (
                    "object_id",
                    models.CharField(blank=True, max_length=40, verbose_name="record id"),
                ),
                ("customer_id", models.UUIDField(null=True, verbose_name="customer")),
                ("fields", models.JSONField(default=list, verbose_name="fields")),
                ("reason", models.CharField(blank=True, max_length=60, verbose_name="reason")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("done", "Done"), ("denied", "Denied"), ("failed", "Failed")],
                        default="done",
                        max_length=6,
                        verbose_name="outcome",
                    ),
                ),
                ("count", models.PositiveIntegerField(null=True, verbose_name="count")),
                ("query_tag", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "verbose_name": "audit event",
                "verbose_name_plural": "audit events",
                "ordering": ["-id"],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["customer_id", "at"], name="register_audit_customer")
                ],
            },
        ),
        migrations.CreateModel(
            name="Company",
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
                    "number",
                    models.PositiveBigIntegerField(
                        editable=False, unique=True, verbose_name="company number"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("customer", "Customer company"), ("partner", "Partner")],
                        default="customer",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "business_id",
                    models.CharField(blank=True, max_length=9, verbose_name="business ID"),
                ),
                (
                    "street",
                    models.CharField(blank=True, max_length=200, verbose_name="street address"),
                ),
                ("postcode", models.CharField(blank=True, max_length=10, verbose_name="postcode")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="city")),
                ("country", models.CharField(default="FI", max_length=2, verbose_name="country")),
                (
                    "billing_street",
                    models.CharField(blank=True, max_length=200, verbose_name="billing address"),
                ),
                (
                    "billing_postcode",
                    models.CharField(blank=True, max_length=10, verbose_name="billing postcode"),
                ),
                (
                    "billing_city",
                    models.CharField(blank=True, max_length=100, verbose_name="billing city"),
                ),
                (
                    "einvoice_address",
                    models.CharField(blank=True, max_length=50, verbose_name="e-invoice address"),
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
                "verbose_name": "company",
                "verbose_name_plural": "companies",
                "ordering": ["name"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("business_id", ""), _negated=True),
                        fields=("business_id",),
                        name="register_company_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("business_id", ""),
                            ("business_id__regex", "^[0-9]{7}-[0-9]$"),
                            _connector="OR",
                        ),
                        name="register_company_business_id_form",
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
                        name="register_company_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["customer", "partner"])),
                        name="register_company_kind_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Craft",
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
                        default="firm",
                        max_length=24,
                        verbose_name="source",
                    ),
                ),
                (
                    "registration",
                    models.CharField(
                        help_text="Such as T12345.",
                        max_length=8,
                        unique=True,
                        verbose_name="registration number",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="name")),
                (
                    "model",
                    models.CharField(blank=True, max_length=100, verbose_name="make and model"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("in_use", "In use"), ("retired", "Retired")],
                        default="in_use",
                        max_length=8,
                        verbose_name="state",
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
                "verbose_name": "craft",
                "verbose_name_plural": "crafts",
                "ordering": ["registration"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Booking",
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
                    "number",
                    models.PositiveBigIntegerField(
                        editable=False, unique=True, verbose_name="booking number"
                    ),
                ),
                ("booked_at", models.DateTimeField(verbose_name="booked at")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="to")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reserved", "Reserved"),
                            ("out", "Out"),
                            ("returned", "Returned"),
                            ("cancelled", "Cancelled"),
                            ("no_show", "Not fetched"),
                        ],
                        default="reserved",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "cancelled_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="cancelled at"
                    ),
                ),
                ("wishes", models.TextField(blank=True, max_length=2000, verbose_name="wishes")),
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
                (
                    "company",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="register.company",
                        verbose_name="company",
                    ),
                ),
                (
                    "craft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="register.craft",
                        verbose_name="craft",
                    ),
                ),
            ],
            options={
                "verbose_name": "booking",
                "verbose_name_plural": "bookings",
                "ordering": ["-starts_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CraftClass",
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
                        default="firm",
                        max_length=24,
                        verbose_name="source",
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="name")),
                ("seats", models.PositiveSmallIntegerField(default=2, verbose_name="seats")),
                (
                    "hour_price_cents",
                    models.PositiveIntegerField(verbose_name="price per hour, cents"),
                ),
                (
                    "day_price_cents",
                    models.PositiveIntegerField(verbose_name="price per day, cents"),
                ),
                ("deposit_cents", models.PositiveIntegerField(verbose_name="deposit, cents")),
                (
                    "deductible_cents",
                    models.PositiveIntegerField(verbose_name="deductible for damage, cents"),
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
                "verbose_name": "craft class",
                "verbose_name_plural": "craft classes",
                "ordering": ["name"],
                "abstract": False,
                "constraints": [
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
                        name="register_craftclass_source_declared",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="craft",
            name="craft_class",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="crafts",
                to="register.craftclass",
                verbose_name="craft class",
            ),
        ),
        migrations.CreateModel(
            name="Customer",
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
                    "number",
                    models.PositiveBigIntegerField(
                        editable=False, unique=True, verbose_name="customer number"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("private", "Private customer"),
                            ("company_contact", "Company contact"),
                            ("partner_contact", "Partner contact"),
                            ("prospect", "Prospective customer"),
                            ("representative", "Representative"),
                        ],
                        default="private",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=100, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=100, verbose_name="last name"),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, db_index=True, max_length=254, verbose_name="e-mail"
                    ),
                ),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True, db_index=True, max_length=128, region=None, verbose_name="phone"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")],
                        default="fi",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "secrecy_order",
                    models.BooleanField(
                        default=False,
                        help_text="Contact details are shown only to the roles that need them.",
                        verbose_name="secrecy order",
                    ),
                ),
                (
                    "wishes",
                    models.TextField(blank=True, max_length=2000, verbose_name="wishes that stand"),
                ),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("regular", "Regular"),
                            ("lapsed", "Not seen lately"),
                            ("company", "Company"),
                        ],
                        default="new",
                        editable=False,
                        max_length=10,
                        verbose_name="customer group",
                    ),
                ),
                (
                    "contact_checked_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        null=True,
                        verbose_name="contact details checked",
                    ),
                ),
                ("search_text", models.TextField(blank=True, editable=False)),
                (
                    "last_event_on",
                    models.DateField(
                        blank=True, editable=False, null=True, verbose_name="last event"
                    ),
                ),
                ("last_transaction_on", models.DateField(blank=True, editable=False, null=True)),
                (
                    "has_contract",
                    models.BooleanField(
                        default=False, editable=False, verbose_name="contract now or ever"
                    ),
                ),
                (
                    "kept_through",
                    models.DateField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        null=True,
                        verbose_name="kept through",
                    ),
                ),
                (
                    "erased_on",
                    models.DateField(
                        blank=True,
                        editable=False,
                        help_text="Only what a statute requires is left; it goes by itself at its date.",
                        null=True,
                        verbose_name="erased in part",
                    ),
                ),
                (
                    "contact_checked_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="contact details checked by",
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
                "verbose_name": "customer",
                "verbose_name_plural": "customers",
                "ordering": ["-number"],
                "abstract": False,
                "constraints": [
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
                        name="register_customer_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "private",
                                    "company_contact",
                                    "partner_contact",
                                    "prospect",
                                    "representative",
                                ],
                            )
                        ),
                        name="register_customer_kind_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["fi", "sv", "en"])),
                        name="register_customer_language_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("group__in", ["new", "regular", "lapsed", "company"])),
                        name="register_customer_group_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
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
                    "purpose",
                    models.CharField(
                        choices=register.models.choices.purposes,
                        max_length=24,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("sms", "Text message"),
                            ("phone", "Phone"),
                            ("desk", "At the desk"),
                            ("web", "Web form"),
                            ("letter", "Letter"),
                            ("automatic", "Automatic service"),
                        ],
                        max_length=9,
                        verbose_name="concerns the channel",
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("given", "Given"), ("withdrawn", "Withdrawn")],
                        max_length=9,
                        verbose_name="action",
                    ),
                ),
                ("acted_at", models.DateTimeField(verbose_name="when")),
                (
                    "taken_through",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("sms", "Text message"),
                            ("phone", "Phone"),
                            ("desk", "At the desk"),
                            ("web", "Web form"),
                            ("letter", "Letter"),
                            ("automatic", "Automatic service"),
                        ],
                        max_length=9,
                        verbose_name="taken through",
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
                ("notice_version", models.CharField(max_length=16, verbose_name="notice version")),
                ("words_shown", models.TextField(max_length=2000, verbose_name="words shown")),
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
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "ordering": ["-acted_at"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("action", "given"), _negated=True),
                            models.Q(
                                models.Q(("words_shown", ""), _negated=True),
                                models.Q(("notice_version", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="register_consent_given_has_proof",
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
                        name="register_consent_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "purpose__in",
                                [
                                    "service",
                                    "communication",
                                    "marketing",
                                    "analysis",
                                    "loyalty",
                                    "development",
                                    "quality",
                                    "authorities",
                                    "bookkeeping",
                                    "rights",
                                    "security",
                                ],
                            )
                        ),
                        name="register_consent_purpose_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "channel__in",
                                ["email", "sms", "phone", "desk", "web", "letter", "automatic"],
                            )
                        ),
                        name="register_consent_channel_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["given", "withdrawn"])),
                        name="register_consent_action_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "taken_through__in",
                                ["email", "sms", "phone", "desk", "web", "letter", "automatic"],
                            )
                        ),
                        name="register_consent_taken_through_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["fi", "sv", "en"])),
                        name="register_consent_language_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CompanyContact",
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
                    "role_title",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="role in the organisation"
                    ),
                ),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="ended")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="register.company",
                        verbose_name="company",
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
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "company contact",
                "verbose_name_plural": "company contacts",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "customer"), name="register_contact_once_in_company"
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
                        name="register_companycontact_source_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Choice",
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
                    "key",
                    models.CharField(
                        choices=[
                            ("service_channel", "Preferred channel of service messages"),
                            ("reminders", "Reminders of a booking"),
                            ("recording", "Recording of calls"),
                        ],
                        max_length=16,
                        verbose_name="choice",
                    ),
                ),
                ("value", models.CharField(max_length=50, verbose_name="value")),
                ("chosen_at", models.DateTimeField(verbose_name="chosen at")),
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
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "choice",
                "verbose_name_plural": "choices",
                "ordering": ["-chosen_at"],
                "abstract": False,
                "constraints": [
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
                        name="register_choice_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("key__in", ["service_channel", "reminders", "recording"])
                        ),
                        name="register_choice_key_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
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
                    "number",
                    models.PositiveBigIntegerField(
                        editable=False, unique=True, verbose_name="case number"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("damage", "Damage"), ("violation", "Violation fee")],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("objected", "The customer objects"),
                            ("settled", "Settled"),
                            ("written_off", "Written off"),
                        ],
                        default="open",
                        max_length=11,
                        verbose_name="state",
                    ),
                ),
                ("occurred_at", models.DateTimeField(verbose_name="happened at")),
                ("description", models.TextField(max_length=4000, verbose_name="what happened")),
                (
                    "estimate_cents",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="estimate, cents"
                    ),
                ),
                (
                    "fee_cents",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="fee, cents"),
                ),
                (
                    "objection",
                    models.TextField(
                        blank=True, max_length=4000, verbose_name="the customer's objection"
                    ),
                ),
                (
                    "objected_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="objected at"),
                ),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="settled at"),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="register.booking",
                        verbose_name="booking",
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
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "damage or fee case",
                "verbose_name_plural": "damage and fee cases",
                "ordering": ["-occurred_at"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("settled_at__isnull", False),
                                ("state__in", ["settled", "written_off"]),
                            ),
                            models.Q(
                                ("settled_at__isnull", True), ("state__in", ["open", "objected"])
                            ),
                            _connector="OR",
                        ),
                        name="register_case_settled_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_at__isnull", True),
                            ("settled_at__gte", models.F("occurred_at")),
                            _connector="OR",
                        ),
                        name="register_case_settled_after_event",
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
                        name="register_case_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["damage", "violation"])),
                        name="register_case_kind_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "objected", "settled", "written_off"])
                        ),
                        name="register_case_state_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CardOnFile",
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
                    "number",
                    register.vault.fields.SealedField(
                        blank=True,
                        label="card.number",
                        max_length=19,
                        normalise=register.models.identities.normalise_card,
                        null=True,
                        pad_to=24,
                        verbose_name="card number",
                    ),
                ),
                (
                    "expiry",
                    register.vault.fields.SealedField(
                        blank=True,
                        label="card.expiry",
                        max_length=5,
                        null=True,
                        verbose_name="expiry (MM/YY)",
                    ),
                ),
                (
                    "brand",
                    models.CharField(
                        choices=[
                            ("visa", "Visa"),
                            ("mastercard", "Mastercard"),
                            ("amex", "American Express"),
                            ("other", "Other"),
                        ],
                        default="other",
                        max_length=10,
                        verbose_name="brand",
                    ),
                ),
                ("last_four", models.CharField(max_length=4, verbose_name="last four digits")),
                (
                    "number_destroyed_on",
                    models.DateField(
                        blank=True, editable=False, null=True, verbose_name="number destroyed"
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
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "card on file",
                "verbose_name_plural": "cards on file",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_four__regex", "^[0-9]{4}$")),
                        name="register_card_last_four_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number_destroyed_on__isnull", True),
                            models.Q(("number__isnull", True), ("expiry__isnull", True)),
                            _connector="OR",
                        ),
                        name="register_card_destroyed_is_gone",
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
                        name="register_cardonfile_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("brand__in", ["visa", "mastercard", "amex", "other"])),
                        name="register_cardonfile_brand_declared",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="register.customer",
                verbose_name="customer",
            ),
        ),
        migrations.CreateModel(
            name="Ban",
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
                ("reason", models.TextField(max_length=1000, verbose_name="reason")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="through")),
                (
                    "lifted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="lifted at"),
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
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "rental ban",
                "verbose_name_plural": "rental bans",
                "ordering": ["-starts_on"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="register_ban_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="register_ban_has_reason",
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
                        name="register_ban_source_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
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
                    "number",
                    models.CharField(
                        editable=False, max_length=16, unique=True, verbose_name="agreement number"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Unsigned"), ("signed", "Signed"), ("void", "Void")],
                        default="draft",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("fi", "Finnish"), ("sv", "Swedish"), ("en", "English")],
                        default="fi",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("terms_version", models.CharField(max_length=16, verbose_name="terms")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "signed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="signed at"),
                ),
                ("price_cents", models.PositiveIntegerField(verbose_name="price, cents")),
                (
                    "deposit_cents",
                    models.PositiveIntegerField(default=0, verbose_name="deposit, cents"),
                ),
                (
                    "deductible_cents",
                    models.PositiveIntegerField(
                        default=0, verbose_name="deductible for damage, cents"
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
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="register.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "rental agreement",
                "verbose_name_plural": "rental agreements",
                "ordering": ["-made_at"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "signed"), _negated=True),
                            ("signed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="register_agreement_signed_has_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "void"), _negated=True),
                        fields=("booking",),
                        name="register_agreement_one_in_force",
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
                        name="register_agreement_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "signed", "void"])),
                        name="register_agreement_state_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["fi", "sv", "en"])),
                        name="register_agreement_language_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Deposit",
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
                    "method",
                    models.CharField(
                        choices=[
                            ("card", "Card terminal"),
                            ("cash", "Cash"),
                            ("bank", "Bank transfer"),
                            ("invoice", "Invoice"),
                            ("gift_card", "Gift card"),
                        ],
                        default="card",
                        max_length=10,
                        verbose_name="method",
                    ),
                ),
                ("amount_cents", models.PositiveIntegerField(verbose_name="amount, cents")),
                ("held_at", models.DateTimeField(verbose_name="held at")),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="hold runs out at"),
                ),
                (
                    "released_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="released at"),
                ),
                (
                    "captured_cents",
                    models.PositiveIntegerField(default=0, verbose_name="captured, cents"),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deposits",
                        to="register.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "deposit",
                "verbose_name_plural": "deposits",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("captured_cents__lte", models.F("amount_cents"))),
                        name="register_deposit_captured_within",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("released_at__isnull", True),
                            ("released_at__gte", models.F("held_at")),
                            _connector="OR",
                        ),
                        name="register_deposit_released_after_held",
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
                        name="register_deposit_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("method__in", ["card", "cash", "bank", "invoice", "gift_card"])
                        ),
                        name="register_deposit_method_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
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
                    "recipient",
                    models.CharField(
                        choices=register.models.choices.recipients,
                        max_length=24,
                        verbose_name="recipient",
                    ),
                ),
                ("what", models.CharField(max_length=200, verbose_name="what was disclosed")),
                ("legal_ground", models.CharField(max_length=200, verbose_name="legal ground")),
                ("disclosed_at", models.DateTimeField(verbose_name="disclosed at")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "disclosure",
                "verbose_name_plural": "disclosures",
                "ordering": ["-disclosed_at"],
                "abstract": False,
                "constraints": [
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
                        name="register_disclosure_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "recipient__in",
                                [
                                    "authority",
                                    "police",
                                    "insurer",
                                    "payment_service",
                                    "accountant",
                                    "it_provider",
                                    "partner",
                                ],
                            )
                        ),
                        name="register_disclosure_recipient_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Driver",
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
                ("drove_on", models.DateField(verbose_name="drove on")),
                ("is_renter", models.BooleanField(default=False, verbose_name="is the renter")),
                (
                    "age_group",
                    models.CharField(
                        choices=[("youth", "15–17 years"), ("adult", "18 years or over")],
                        max_length=5,
                        verbose_name="age group",
                    ),
                ),
                (
                    "age_checked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="age checked at"),
                ),
                (
                    "briefed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="briefing given at"),
                ),
                ("life_jacket", models.BooleanField(default=False, verbose_name="life jacket on")),
                (
                    "kill_switch",
                    models.BooleanField(default=False, verbose_name="kill-switch lanyard on"),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="drivers",
                        to="register.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "driver",
                "verbose_name_plural": "drivers",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_renter", False), ("age_group", "adult"), _connector="OR"
                        ),
                        name="register_driver_renter_is_adult",
                    ),
                    models.UniqueConstraint(
                        fields=("booking", "customer"), name="register_driver_once_in_booking"
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
                        name="register_driver_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("age_group__in", ["youth", "adult"])),
                        name="register_driver_age_group_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("feedback", "Feedback"),
                            ("satisfaction", "Satisfaction"),
                            ("service_need", "Need of another service"),
                        ],
                        default="feedback",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "score",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="score 1–5"
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=4000, verbose_name="text")),
                ("given_at", models.DateTimeField(verbose_name="given at")),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedbacks",
                        to="register.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "feedback",
                "verbose_name_plural": "feedback",
                "ordering": ["-given_at"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score__isnull", True),
                            models.Q(("score__gte", 1), ("score__lte", 5)),
                            _connector="OR",
                        ),
                        name="register_feedback_score_1_to_5",
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
                        name="register_feedback_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["feedback", "satisfaction", "service_need"])
                        ),
                        name="register_feedback_kind_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
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
                    "reason",
                    models.CharField(
                        choices=register.models.choices.hold_reasons,
                        max_length=24,
                        verbose_name="reason",
                    ),
                ),
                ("placed_at", models.DateTimeField(verbose_name="placed at")),
                ("review_on", models.DateField(verbose_name="review on")),
                (
                    "released_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="released at"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
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
                "verbose_name": "hold",
                "verbose_name_plural": "holds",
                "ordering": ["review_on"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("released_at__isnull", True),
                            ("released_at__gte", models.F("placed_at")),
                            _connector="OR",
                        ),
                        name="register_hold_released_after_placed",
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
                        name="register_hold_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "unpaid_claim",
                                    "damage_dispute",
                                    "police",
                                    "insurer",
                                    "kept_for_person",
                                    "open_request",
                                ],
                            )
                        ),
                        name="register_hold_reason_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Identity",
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
                    "personal_identity_code",
                    register.vault.fields.SealedField(
                        blank=True,
                        indexed=True,
                        label="identity.personal_identity_code",
                        max_length=11,
                        normalise=register.validators.identity_code,
                        null=True,
                        unique=True,
                        verbose_name="personal identity code",
                    ),
                ),
                (
                    "passport_number",
                    register.vault.fields.SealedField(
                        blank=True,
                        indexed=True,
                        label="identity.passport_number",
                        max_length=20,
                        normalise=register.models.identities.normalise_code,
                        null=True,
                        pad_to=24,
                        verbose_name="passport number",
                    ),
                ),
                (
                    "driving_licence_number",
                    register.vault.fields.SealedField(
                        blank=True,
                        indexed=True,
                        label="identity.driving_licence_number",
                        max_length=20,
                        normalise=register.models.identities.normalise_code,
                        null=True,
                        pad_to=24,
                        verbose_name="driving licence number",
                    ),
                ),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identity",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "identity numbers",
                "verbose_name_plural": "identity numbers",
                "abstract": False,
                "constraints": [
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
                        name="register_identity_source_declared",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdentityCheck",
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
                    "document_type",
                    models.CharField(
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
                    "occasion",
                    models.CharField(
                        choices=[("rental", "Rental"), ("request", "Data-subject request")],
                        max_length=8,
                        verbose_name="occasion",
                    ),
                ),
                ("checked_at", models.DateTimeField(verbose_name="checked at")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "identity check",
                "verbose_name_plural": "identity checks",
                "abstract": False,
                "constraints": [
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
                        name="register_identitycheck_source_declared",
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
                                ],
                            )
                        ),
                        name="register_identitycheck_document_type_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("occasion__in", ["rental", "request"])),
                        name="register_identitycheck_occasion_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LoyaltyMembership",
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
                ("joined_on", models.DateField(verbose_name="joined")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="left")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "loyalty membership",
                "verbose_name_plural": "loyalty memberships",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_on__isnull", True),
                            ("left_on__gte", models.F("joined_on")),
                            _connector="OR",
                        ),
                        name="register_loyalty_left_after_joined",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("left_on__isnull", True)),
                        fields=("customer",),
                        name="register_loyalty_one_open",
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
                        name="register_loyaltymembership_source_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MaintenanceBlock",
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
                        default="firm",
                        max_length=24,
                        verbose_name="source",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="to")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "craft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="maintenance_blocks",
                        to="register.craft",
                        verbose_name="craft",
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
                "verbose_name": "maintenance block",
                "verbose_name_plural": "maintenance blocks",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="register_maintenance_ends_after_start",
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
                        name="register_maintenanceblock_source_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
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
                    "ground",
                    models.CharField(
                        choices=[
                            ("guardian", "Guardian"),
                            ("power_of_attorney", "Power of attorney"),
                            ("estate", "Estate of a deceased person"),
                        ],
                        max_length=20,
                        verbose_name="ground",
                    ),
                ),
                (
                    "valid_through",
                    models.DateField(blank=True, null=True, verbose_name="valid through"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="represented_by",
                        to="register.customer",
                        verbose_name="on behalf of",
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
                "verbose_name": "mandate",
                "verbose_name_plural": "mandates",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("customer", models.F("on_behalf_of")), _negated=True),
                        name="register_mandate_for_another",
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
                        name="register_mandate_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ground__in", ["guardian", "power_of_attorney", "estate"])
                        ),
                        name="register_mandate_ground_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("sms", "Text message"),
                            ("phone", "Phone"),
                            ("desk", "At the desk"),
                            ("web", "Web form"),
                            ("letter", "Letter"),
                            ("automatic", "Automatic service"),
                        ],
                        max_length=9,
                        verbose_name="channel",
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("in", "From the customer"), ("out", "To the customer")],
                        max_length=3,
                        verbose_name="direction",
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[("service", "Service"), ("marketing", "Marketing")],
                        default="service",
                        max_length=9,
                        verbose_name="topic",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="subject")),
                ("body", models.TextField(blank=True, max_length=20000, verbose_name="content")),
                ("happened_at", models.DateTimeField(verbose_name="when")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "message",
                "verbose_name_plural": "communication log",
                "ordering": ["-happened_at"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("direction", "in"), ("topic", "marketing"), _negated=True
                        ),
                        name="register_message_marketing_goes_out",
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
                        name="register_message_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "channel__in",
                                ["email", "sms", "phone", "desk", "web", "letter", "automatic"],
                            )
                        ),
                        name="register_message_channel_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["in", "out"])),
                        name="register_message_direction_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("topic__in", ["service", "marketing"])),
                        name="register_message_topic_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("recording", "Recording of a call"),
                            ("photo", "Photo"),
                            ("signature", "Signature"),
                            ("paper", "Scanned paper"),
                        ],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                ("media_type", models.CharField(max_length=50, verbose_name="media type")),
                ("taken_at", models.DateTimeField(verbose_name="taken at")),
                (
                    "content",
                    register.vault.files.SealedFileField(
                        label="attachment.content",
                        max_length=10485760,
                        verbose_name="content",
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="register.agreement",
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
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="register.case",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="register.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "abstract": False,
                "constraints": [
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
                        name="register_attachment_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["recording", "photo", "signature", "paper"])
                        ),
                        name="register_attachment_kind_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("rental", "Rental"),
                            ("extra", "Extra"),
                            ("fuel", "Fuel"),
                            ("late", "Late return"),
                            ("gift_card", "Gift card"),
                            ("damage", "Damage"),
                            ("violation", "Violation fee"),
                            ("discount", "Discount"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("description", models.CharField(max_length=200, verbose_name="description")),
                (
                    "quantity",
                    models.DecimalField(
                        decimal_places=2, default=1, max_digits=7, verbose_name="quantity"
                    ),
                ),
                ("unit_price_cents", models.IntegerField(verbose_name="unit price, cents")),
                (
                    "vat_percent",
                    models.DecimalField(
                        decimal_places=1, default="25.5", max_digits=4, verbose_name="VAT %"
                    ),
                ),
                ("ordered_on", models.DateField(verbose_name="date")),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="register.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "order line",
                "verbose_name_plural": "order lines",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="register_line_quantity_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "discount"), ("unit_price_cents__lt", 0)),
                            models.Q(
                                models.Q(("kind", "discount"), _negated=True),
                                ("unit_price_cents__gte", 0),
                            ),
                            _connector="OR",
                        ),
                        name="register_line_only_discount_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("vat_percent__gte", 0), ("vat_percent__lte", 100)),
                        name="register_line_vat_percent",
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
                        name="register_orderline_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "rental",
                                    "extra",
                                    "fuel",
                                    "late",
                                    "gift_card",
                                    "damage",
                                    "violation",
                                    "discount",
                                ],
                            )
                        ),
                        name="register_orderline_kind_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperFolder",
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
                        default="firm",
                        max_length=24,
                        verbose_name="source",
                    ),
                ),
                (
                    "label",
                    models.CharField(
                        max_length=60, unique=True, verbose_name="label on the folder"
                    ),
                ),
                ("contents", models.CharField(max_length=200, verbose_name="what it holds")),
                ("place", models.CharField(max_length=100, verbose_name="locked place")),
                ("destroy_by", models.DateField(verbose_name="destroy by")),
                (
                    "destroyed_on",
                    models.DateField(blank=True, null=True, verbose_name="destroyed on"),
                ),
                (
                    "destroyed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="destroyed by",
                    ),
                ),
                (
                    "entry_list",
                    models.ManyToManyField(
                        blank=True,
                        related_name="paper_folders",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who may enter",
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
                "verbose_name": "paper folder",
                "verbose_name_plural": "paper folders",
                "ordering": ["destroy_by"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("destroyed_by__isnull", True), ("destroyed_on__isnull", True)
                            ),
                            models.Q(
                                ("destroyed_by__isnull", False), ("destroyed_on__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="register_folder_destroyed_by_somebody",
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
                        name="register_paperfolder_source_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
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
                    "kind",
                    models.CharField(
                        choices=[("payment", "Payment"), ("refund", "Refund")],
                        default="payment",
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("card", "Card terminal"),
                            ("cash", "Cash"),
                            ("bank", "Bank transfer"),
                            ("invoice", "Invoice"),
                            ("gift_card", "Gift card"),
                        ],
                        max_length=10,
                        verbose_name="method",
                    ),
                ),
                ("amount_cents", models.PositiveIntegerField(verbose_name="amount, cents")),
                ("paid_at", models.DateTimeField(verbose_name="paid at")),
                (
                    "reference",
                    models.CharField(blank=True, max_length=30, verbose_name="reference"),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="register.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "ordering": ["-paid_at"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_cents__gt", 0)),
                        name="register_payment_amount_positive",
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
                        name="register_payment_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["payment", "refund"])),
                        name="register_payment_kind_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("method__in", ["card", "cash", "bank", "invoice", "gift_card"])
                        ),
                        name="register_payment_method_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProcessingRestriction",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("restriction", "Restriction (art. 18)"),
                            ("objection", "Objection (art. 21)"),
                        ],
                        max_length=11,
                        verbose_name="kind",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=register.models.choices.purposes,
                        max_length=24,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=register.models.choices.restriction_grounds,
                        max_length=24,
                        verbose_name="ground",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                (
                    "told_before_lifting_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="person told before lifting"
                    ),
                ),
                (
                    "lifted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="lifted at"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "processing restriction",
                "verbose_name_plural": "processing restrictions",
                "ordering": ["-starts_at"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lifted_at__isnull", True),
                            models.Q(("kind", "restriction"), _negated=True),
                            models.Q(
                                ("told_before_lifting_at__isnull", False),
                                ("told_before_lifting_at__lte", models.F("lifted_at")),
                            ),
                            _connector="OR",
                        ),
                        name="register_restriction_told_before_lifting",
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
                        name="register_processingrestriction_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["restriction", "objection"])),
                        name="register_processingrestriction_kind_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "purpose__in",
                                [
                                    "service",
                                    "communication",
                                    "marketing",
                                    "analysis",
                                    "loyalty",
                                    "development",
                                    "quality",
                                    "authorities",
                                    "bookkeeping",
                                    "rights",
                                    "security",
                                ],
                            )
                        ),
                        name="register_processingrestriction_purpose_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ground__in",
                                [
                                    "accuracy_contested",
                                    "unlawful_no_erasure",
                                    "needed_for_claim",
                                    "objection_pending",
                                    "marketing_objection",
                                    "own_situation",
                                ],
                            )
                        ),
                        name="register_processingrestriction_ground_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuoteRequest",
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
                ("requested_at", models.DateTimeField(verbose_name="asked at")),
                (
                    "wanted_from",
                    models.DateTimeField(blank=True, null=True, verbose_name="wanted from"),
                ),
                (
                    "wanted_to",
                    models.DateTimeField(blank=True, null=True, verbose_name="wanted to"),
                ),
                ("wishes", models.TextField(blank=True, max_length=2000, verbose_name="wishes")),
                (
                    "quoted_cents",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="price quoted, cents"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("answered", "Answered"),
                            ("booked", "Led to a booking"),
                            ("lapsed", "Came to nothing"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "craft_class",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="register.craftclass",
                        verbose_name="craft class",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "quote request",
                "verbose_name_plural": "quote requests",
                "ordering": ["-requested_at"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("wanted_to__isnull", True),
                            ("wanted_to__gt", models.F("wanted_from")),
                            _connector="OR",
                        ),
                        name="register_quote_ends_after_start",
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
                        name="register_quoterequest_source_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "answered", "booked", "lapsed"])),
                        name="register_quoterequest_state_declared",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="quote",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="booking",
                to="register.quoterequest",
                verbose_name="quote request",
            ),
        ),
        migrations.CreateModel(
            name="Rental",
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
                ("handed_over_at", models.DateTimeField(verbose_name="handed over at")),
                (
                    "returned_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="returned at"),
                ),
                (
                    "fuel_out_l",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=5,
                        null=True,
                        verbose_name="fuel at handover, l",
                    ),
                ),
                (
                    "fuel_in_l",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=5,
                        null=True,
                        verbose_name="fuel at return, l",
                    ),
                ),
                (
                    "hours_out",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=7,
                        null=True,
                        verbose_name="engine hours at handover",
                    ),
                ),
                (
                    "hours_in",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=7,
                        null=True,
                        verbose_name="engine hours at return",
                    ),
                ),
                (
                    "condition_out",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="condition at handover"
                    ),
                ),
                (
                    "condition_in",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="condition at return"
                    ),
                ),
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rental",
                        to="register.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="register.customer",
                        verbose_name="customer",
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
                "verbose_name": "rental",
                "verbose_name_plural": "rentals",
                "ordering": ["-handed_over_at"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("returned_at__isnull", True),
                            ("returned_at__gte", models.F("handed_over_at")),
                            _connector="OR",
                        ),
                        name="register_rental_returned_after_handover",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("fuel_out_l__isnull", True),
                                ("fuel_out_l__gte", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("fuel_in_l__isnull", True), ("fuel_in_l__gte", 0), _connector="OR"
                            ),
                        ),
                        name="register_rental_fuel_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hours_in__isnull", True),
                            ("hours_out__isnull", True),
                            ("hours_in__gte", models.F("hours_out")),
                            _connector="OR",
                        ),
                        name="register_rental_hours_run_forward",
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
                        name="register_rental_source_declared",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="craft",
            constraint=models.CheckConstraint(
                condition=models.Q(("registration__regex", "^[A-ZÅÄÖ][0-9]{1,6}$")),
                name="register_craft_registration_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="craft",
            constraint=models.CheckConstraint(
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
                name="register_craft_source_declared",
            ),
        ),
        migrations.AddConstraint(
            model_name="craft",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["in_use", "retired"])),
                name="register_craft_state_declared",
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                fields=["customer", "purpose", "channel", "-acted_at"],
                name="register_consent_latest",
            ),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(fields=["starts_at"], name="register_booking_starts"),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(fields=["ends_at"], name="register_booking_ends"),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("state__in", ["reserved", "out"])),
                fields=["craft", "starts_at"],
                name="register_booking_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="register_booking_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", False), ("state", "cancelled")),
                    models.Q(
                        models.Q(("state", "cancelled"), _negated=True),
                        ("cancelled_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="register_booking_cancelled_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
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
                name="register_booking_source_declared",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["reserved", "out", "returned", "cancelled", "no_show"])
                ),
                name="register_booking_state_declared",
            ),
        ),
    ]
