"""Why a step is refused. Views turn these into a message; none quotes personal data."""

from django.utils.translation import gettext_lazy as _


class StepRefused(Exception):
    """A step that the request's state, the person or the law does not allow."""

    message = _("This step is not possible now.")

    def __str__(self) -> str:
        return str(self.message)


class WrongState(StepRefused):
    message = _("The request is not at the stage where this can be done.")


class ChangedMeanwhile(StepRefused):
    message = _(
        "The request has changed since you opened this page. Look at how it stands now, and press "
        "again if it is still right."
    )


class NotPermitted(StepRefused):
    message = _("Your role does not include this step.")


class NoSuchToken(StepRefused):
    message = _("The link is not valid.")


class NotMatched(StepRefused):
    message = _("First say which person of the register the request is about.")


class MandateMissing(StepRefused):
    message = _("Say which mandate you saw: somebody asks on behalf of the person.")


class NotIdentified(StepRefused):
    message = _("First check the person's identity from a photo ID.")


class GroundsMissing(StepRefused):
    message = _("Say the grounds: the person has a right to them.")


class ReceivedInFuture(StepRefused):
    message = _("The day of receipt cannot be in the future.")


class TooLateToExtend(StepRefused):
    message = _("The time can be extended only within the first month, and only once.")


class TooManyUnconfirmed(StepRefused):
    message = _(
        "Several requests already wait for confirmation from this e-mail address. Open the link "
        "in one of the messages, or contact us."
    )


class PackageGone(StepRefused):
    message = _("The package has been fetched already, or its link has expired.")


class WrongCode(StepRefused):
    """`left`: how many tries remain before the package is destroyed."""

    message = _("This is not the code.")

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left


class CodeNotGiven(StepRefused):
    message = _("The package opens with a code, and it has not been given yet.")


class NoNumberOnFile(StepRefused):
    message = _("Give the code at the desk: there is no number on file to call.")


class PlanChanged(StepRefused):
    message = _("Something has happened since. Look at the plan again.")


class StandsHeld(StepRefused):
    message = _("A hold stands: nothing of the person may be erased now.")


class NeedsAnother(StepRefused):
    message = _(
        "A second person has to approve this erasure: the customer has a contract. It has been "
        "asked for; when it is approved, press the button again."
    )


class GroundDoesNotFit(StepRefused):
    message = _("This ground does not fit this kind of request.")


class PurposesMissing(StepRefused):
    message = _("Choose which use of the data the decision concerns.")


class NothingTakenOut(StepRefused):
    message = _("Nothing is taken out of the words: change them, or choose another way.")


class OwnProposal(StepRefused):
    message = _("You proposed this yourself: somebody else has to approve it.")


class AsItIs(StepRefused):
    message = _("The field says this already.")


class AlreadyDecided(StepRefused):
    message = _("This field has been decided already.")


class CorrectionsWait(StepRefused):
    message = _("First decide each field: some of them still wait.")


class NotOnThatDay(StepRefused):
    message = _("The day is not between the decision and today.")
