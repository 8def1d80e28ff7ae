"""The public addresses. Tokens stand in the path, never in a query string."""

from django.urls import path

from requests_app import views

urlpatterns = [
    path("", views.notice_page, name="front"),
    path("tietosuoja/", views.notice_page, name="notice"),
    path("tietosuoja/seloste.pdf", views.notice_pdf, name="notice-pdf"),
    path("tietosuoja/versiot/", views.versions, name="versions"),
    path("tietosuoja/versiot/<int:number>/", views.version, name="version"),
    path("tietosuoja/versiot/<int:number>/seloste.pdf", views.version_pdf, name="version-pdf"),
    path("tietosuoja/skeema.json", views.schema, name="schema"),
    path("tietosuoja/pyynto/", views.request_new, name="request-new"),
    path("tietosuoja/pyynto/lomake.pdf", views.request_form_pdf, name="request-form-pdf"),
    path("tietosuoja/pyynto/vaihe/<slug:step>/", views.request_page, name="request-page"),
    path("tietosuoja/pyynto/tarkista/", views.request_check, name="request-check"),
    path("tietosuoja/pyynto/alusta/", views.request_leave, name="request-leave"),
    path("tietosuoja/pyynto/lahetetty/<str:signed>/", views.request_sent, name="request-sent"),
    path("tietosuoja/pyynto/vahvista/<str:token>/", views.request_confirm, name="request-confirm"),
    path("tietosuoja/pyynto/<str:token>/", views.request_status, name="request-status"),
    path("tietosuoja/pyynto/<str:token>/paatos.pdf", views.request_letter, name="request-letter"),
    path("tietosuoja/pyynto/<str:token>/peru/", views.request_withdraw, name="request-withdraw"),
    path(
        "tietosuoja/pyynto/<str:token>/paketti/<str:key>/",
        views.package_fetch,
        name="package-fetch",
    ),
    path("palaute/<str:token>/", views.feedback, name="feedback"),
    path("omat-valinnat/<str:token>/", views.choices, name="choices"),
    path("pois/<str:token>/", views.leave, name="leave"),
    path("tarjous/<str:token>/", views.quote, name="quote"),
]
