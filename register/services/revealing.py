"""The last question before a sealed value is shown: whether its person's data may be used for what
the reason serves (GDPR 18, 21), and the audit line. The vault asks here (register.apps)."""

from register import policy
from register.services import audit, restrictions
from register.vault.audit import Reveal


def write_down(reveal: Reveal) -> None:
    """The vault's sink. Raises restrictions.Restricted, or ValueError for a reason that the policy
    does not declare; then nothing is shown."""
    served = {reason.key: reason.purpose for reason in policy.REVEAL_REASONS}
    purpose = served.get(reveal.reason)
    if purpose and reveal.customer_id is not None:
        restrictions.ensure_allowed(customer=reveal.customer_id, purpose=purpose)
    audit.write_down(reveal)
