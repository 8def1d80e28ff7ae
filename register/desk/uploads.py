"""Photos that come with a form: several at once, drawn anew one by one as they arrive.

    @takes_photos
    @needs_to_write(Attachment)
    def view(request, …):
        sent = uploads.photos(request)
        attachments.add(of=booking, pictures=sent.pictures, …)
        uploads.tell(request, sent)

Nothing of a file is ever on a disk, and of the photo as the camera wrote it no more than one is in
memory. What cannot be kept is told in a sentence, and the others are kept: nobody takes twelve
photos again because of one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from register.vault import images, papers
from register.vault.images import Picture

CAMERA, FILES = "camera", "photos"
MOST_AT_ONCE = 12
MOST_BYTES = 25 * 1024 * 1024  # of one photo, as the camera wrote it
LARGEST_BODY = (MOST_AT_ONCE + 1) * MOST_BYTES
"""Bytes that kesajetti.middleware lets in to a view that takes photos."""
SCANS = "application/pdf,image/jpeg,image/png,image/webp"
ACCEPTED = "image/jpeg,image/png,image/webp"  # an iPhone turns its HEIC into JPEG for this list

View = Callable[..., HttpResponse]


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class PhotosForm(forms.Form):
    """The two ways in: the phone's camera, and photos taken before. Read by :func:`photos`."""

    camera = forms.FileField(
        label=gettext_lazy("Take a photo"), required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "capture": "environment"}),
    )  # fmt: skip
    photos = forms.FileField(
        label=gettext_lazy("Choose photos"), required=False,
        widget=SeveralFiles(attrs={"accept": ACCEPTED, "multiple": True}),
    )  # fmt: skip


class PaperForm(forms.Form):
    """One scanned paper: a PDF or a photo. Read by :func:`paper`."""

    paper = forms.FileField(
        label=gettext_lazy("Scanned paper"), required=False,
        widget=forms.FileInput(attrs={"accept": SCANS}),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """What came: pictures to keep, and a sentence for each file that cannot be kept."""

    pictures: tuple[Picture, ...]
    refused: tuple[str, ...]


def takes_photos(view: View) -> View:
    """The view's uploads are drawn anew as they come. Outermost, so that nothing has been read:
    the form's token is checked inside, after the upload's way is set."""
    return _takes(view, Redrawing)


def takes_papers(view: View) -> View:
    """The same for a form with a scanned paper in it."""
    return _takes(view, Scans)


def _takes(view: View, handler: "type[Redrawing]") -> View:
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [handler(request)]
        return protected(request, *args, **kwargs)

    entered.largest_body = LARGEST_BODY  # type: ignore[attr-defined]
    return entered


def paper(request: HttpRequest) -> Picture | str | None:
    """The paper of a posted :class:`PaperForm`; a sentence where it cannot be kept, None where
    none was chosen."""
    came = request.FILES.getlist("paper")
    return _result(came[0]) if came else None


def photos(request: HttpRequest) -> Sent:
    """The photos of a posted :class:`PhotosForm`, camera first. File names are not kept: they
    could tell who is in the picture."""
    came = [*request.FILES.getlist(CAMERA), *request.FILES.getlist(FILES)]
    results = [_result(file) for file in came[:MOST_AT_ONCE]]
    refused = [
        _("Photo %(number)s was not saved. %(why)s") % {"number": number, "why": result}
        for number, result in enumerate(results, 1)
        if not isinstance(result, Picture)
    ]
    if len(came) > MOST_AT_ONCE:
        refused.append(
            _("Only the first %(most)s photos were taken: send the rest after them.")
            % {"most": MOST_AT_ONCE}
        )
    return Sent(tuple(one for one in results if isinstance(one, Picture)), tuple(refused))


def tell(request: HttpRequest, sent: Sent) -> None:
    """Say how many were saved and which were not, on the next page."""
    count = len(sent.pictures)
    if count:
        messages.success(request, _("Photos saved: %(count)s.") % {"count": count})
    for sentence in sent.refused:
        messages.error(request, sentence)
    if not count and not sent.refused:
        messages.warning(request, _("No photo was chosen."))


class _Drawn(InMemoryUploadedFile):
    """An upload that has been looked at: a picture, or why there is none."""

    result: Picture | str

    def __init__(self, handler: "Redrawing", result: Picture | str) -> None:
        super().__init__(
            BytesIO(), handler.field_name, handler.file_name or "", handler.content_type or "",
            0, None,
        )  # fmt: skip
        self.result = result


class Redrawing(FileUploadHandler):
    """Keeps one photo in memory while it comes, and of each one only what was drawn anew."""

    _buffer: BytesIO
    _size: int
    _files: int = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._files += 1
        self._buffer, self._size = BytesIO(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._files <= MOST_AT_ONCE and self._size <= MOST_BYTES:
            self._buffer.write(raw_data)
        else:
            self._buffer = BytesIO()  # the rest goes by: the other photos are still wanted

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if not file_size:
            return None  # the browser's empty field
        return _Drawn(self, self._looked_at())

    def _looked_at(self) -> Picture | str:
        if self._files > MOST_AT_ONCE:
            return ""
        if self._size > MOST_BYTES:
            return _too_large()
        return _redrawn(self._buffer)


class Scans(Redrawing):
    """A PDF is kept as it came, after a look at it; anything else has to be a photo."""

    def _looked_at(self) -> Picture | str:
        content = self._buffer.getvalue()
        if self._size > MOST_BYTES or not papers.looks_like_pdf(content):
            return super()._looked_at()
        try:
            return papers.checked(content)
        except ValidationError as refused:
            return " ".join(refused.messages)


def _result(file: UploadedFile[bytes]) -> Picture | str:
    """What came of the file; of one that came another way it is found out now."""
    if isinstance(file, _Drawn):
        return file.result
    if (file.size or 0) > MOST_BYTES:
        return _too_large()
    return _redrawn(BytesIO(file.read()))


def _redrawn(content: BytesIO) -> Picture | str:
    try:
        return images.redrawn(content)
    except ValidationError as refused:
        return " ".join(refused.messages)


def _too_large() -> str:
    return _("It is larger than %(most)s megabytes: make it smaller, and send it again.") % {
        "most": MOST_BYTES // (1024 * 1024)
    }
