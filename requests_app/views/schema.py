"""The published JSON Schema of the portability part."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from requests_app.packages import portability


@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        portability.schema(),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        content_type="application/schema+json",
        headers={"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"},
    )
