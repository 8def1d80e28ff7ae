"""Addresses of the desk, inside the admin site. They hold opaque ids, never a name or a query."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from register import permissions
from register.desk import (
    approvals,
    attachments,
    audit_log,
    ban_panel,
    booking,
    bookkeeping,
    breaches,
    case,
    cash,
    companies,
    consents,
    disclosures,
    dock,
    exports,
    forgetting,
    handing,
    home,
    imports,
    invoices,
    loyalty,
    mailings,
    merging,
    money,
    paper,
    people,
    photos,
    post,
    processors,
    quotes,
    restricted,
    roles,
    tablet,
    timeline,
    walk_in,
)
from register.models import ImportRun

NOT_ALLOWED = 405


def records(request: HttpRequest, site: Any) -> HttpResponse:
    """Every list that the role may open."""
    context = {
        **site.each_context(request),
        "app_list": site.get_app_list(request),
        "may_export": permissions.may(request.user, "export"),
        "may_import": permissions.may_write(request.user, ImportRun),
    }
    return TemplateResponse(request, "desk/records.html", context)


BOOKING, CASE = {"of": "booking"}, {"of": "case"}
YES, NO = {"approve": True}, {"approve": False}
IN, OUT = {"joins": True}, {"joins": False}

PAGES: tuple[tuple[str, Callable[..., HttpResponse], str, dict[str, Any]], ...] = (
    ("luettelot/", records, "records", {}),
    ("kalenteri/", timeline.timeline, "desk-timeline", {}),
    ("kalenteri/siirra/", timeline.move, "desk-timeline-move", {}),
    ("haku/", home.search_view, "desk-search", {}),
    ("asiakas/nyt/", walk_in.walk_in, "desk-walk-in", {}),
    ("asiakas/nyt/etsi/", walk_in.people, "desk-walk-in-people", {}),
    ("asiakas/nyt/hinta/", walk_in.price, "desk-walk-in-price", {}),
    ("asiakas/uusi/", people.new_person, "desk-person-new", {}),
    ("asiakas/uusi/samat/", people.alike_while_typing, "desk-person-alike", {}),
    ("asiakas/<uuid:pk>/", people.person, "desk-person", {}),
    ("asiakas/<uuid:pk>/yhteystiedot/", people.contact, "desk-contact", {}),
    ("asiakas/<uuid:pk>/tarkistettu/", people.contact_checked, "desk-contact-checked", {}),
    ("asiakas/<uuid:pk>/nayta/", people.reveal, "desk-reveal", {}),
    ("asiakas/<uuid:pk>/luovutus/", disclosures.disclose, "desk-disclose", {}),
    ("asiakas/<uuid:pk>/kanta-asiakas/liity/", loyalty.act, "desk-loyalty-join", IN),
    ("asiakas/<uuid:pk>/kanta-asiakas/eroa/", loyalty.act, "desk-loyalty-leave", OUT),
    ("asiakas/<uuid:pk>/suostumukset/", consents.consents, "desk-consents", {}),
    ("asiakas/<uuid:pk>/suostumukset/paperi/", consents.paper, "desk-consents-paper", {}),
    ("asiakas/<uuid:pk>/suostumukset/linkki/", consents.link, "desk-consents-link", {}),
    ("asiakas/<uuid:pk>/varaa/", booking.new_booking, "desk-book", {}),
    ("asiakas/<uuid:pk>/muistio/", people.note, "desk-note", {}),
    ("asiakas/<uuid:pk>/yhdista/", merging.choose, "desk-merge", {}),
    ("asiakas/<uuid:pk>/yhdista/<uuid:other>/", merging.preview, "desk-merge-preview", {}),
    ("yhdistetty/<uuid:pk>/peru/", merging.undo, "desk-merge-undo", {}),
    ("yritys/<uuid:pk>/", companies.company, "desk-company", {}),
    ("asiakas/<uuid:pk>/ei-markkinointia/", restricted.object_to_marketing, "desk-object", {}),
    ("rajoitus/<uuid:pk>/kirje.pdf", restricted.letter, "desk-restriction-letter", {}),
    (
        "rajoitus/<uuid:pk>/ilmoita/",
        restricted.act,
        "desk-restriction-announce",
        {"what": "announce"},
    ),
    ("rajoitus/<uuid:pk>/ilmoitettu/", restricted.act, "desk-restriction-tell", {"what": "tell"}),
    ("rajoitus/<uuid:pk>/poista/", restricted.act, "desk-restriction-lift", {"what": "lift"}),
    ("varaus/<uuid:pk>/", booking.booking_page, "desk-booking", {}),
    ("varaus/<uuid:pk>/muuta/", booking.change_booking, "desk-booking-change", {}),
    ("varaus/<uuid:pk>/peru/", booking.end_booking, "desk-booking-cancel", {"how": "cancel"}),
    (
        "varaus/<uuid:pk>/ei-noudettu/",
        booking.end_booking,
        "desk-booking-no-show",
        {"how": "no_show"},
    ),
    ("varaus/<uuid:pk>/kielto/", ban_panel.let_through, "desk-ban-override", {}),
    ("varaus/<uuid:pk>/kuljettaja/", booking.add_driver, "desk-driver-add", {}),
    ("varaus/<uuid:pk>/rivi/", booking.add_line, "desk-line-add", {}),
    ("varaus/<uuid:pk>/sopimus/", dock.make_agreement, "desk-agreement-make", {}),
    ("varaus/<uuid:pk>/kunto/", handing.condition, "desk-condition", {}),
    ("varaus/<uuid:pk>/luovutus/", handing.hand_over, "desk-handover", {}),
    ("varaus/<uuid:pk>/palautus/", handing.take_back, "desk-return", {}),
    ("varaus/<uuid:pk>/palautus/maksut/", handing.fees_now, "desk-return-fees", {}),
    ("varaus/<uuid:pk>/maksu/", dock.pay, "desk-pay", {"kind": "payment"}),
    ("varaus/<uuid:pk>/hyvitys/", dock.pay, "desk-refund", {"kind": "refund"}),
    ("maksu/<uuid:pk>/kuitti.pdf", dock.receipt_pdf, "desk-receipt", {}),
    ("varaus/<uuid:pk>/vakuus/", dock.take_deposit, "desk-deposit", {}),
    ("vakuus/<uuid:pk>/vapauta/", dock.release_deposit, "desk-deposit-release", {}),
    ("varaus/<uuid:pk>/lasku/", invoices.new_invoice, "desk-invoice-new", {}),
    ("laskut/", invoices.invoice_list, "desk-invoices", {}),
    ("lasku/<uuid:pk>/", invoices.invoice_page, "desk-invoice", {}),
    ("lasku/<uuid:pk>/lasku.pdf", invoices.invoice_pdf, "desk-invoice-pdf", {}),
    ("lasku/<uuid:pk>/maksettu/", invoices.received, "desk-invoice-received", {}),
    ("lasku/<uuid:pk>/hyvita/", invoices.credit, "desk-invoice-credit", {}),
    ("asiakas/<uuid:pk>/tarjous/", quotes.new_quote, "desk-quote-new", {}),
    ("tarjoukset/", quotes.quote_list, "desk-quotes", {}),
    ("tarjous/<uuid:pk>/", quotes.quote_page, "desk-quote", {}),
    ("tarjous/<uuid:pk>/hinta/", quotes.offer, "desk-quote-offer", {}),
    ("tarjous/<uuid:pk>/hyvaksytty/", quotes.accepted, "desk-quote-accepted", {}),
    ("tarjous/<uuid:pk>/rauennut/", quotes.declined, "desk-quote-declined", {}),
    ("palveluviestit/", post.overview, "desk-post", {}),
    ("palveluviestit/<slug:kind>/<slug:language>/", post.words, "desk-post-words", {}),
    ("palveluviesti/<uuid:pk>/laheta/", post.send_by_hand, "desk-post-send", {}),
    ("tuonti/", imports.start, "desk-imports", {}),
    ("tuonti/<uuid:pk>/", imports.page, "desk-import", {}),
    ("tuonti/<uuid:pk>/virheet.csv", imports.errors, "desk-import-errors", {}),
    ("tuonti/<uuid:pk>/<slug:what>/", imports.act, "desk-import-act", {}),
    ("kassa/", cash.till, "desk-cash", {}),
    ("kassa/<uuid:pk>/", cash.closed, "desk-cash-up", {}),
    ("hinnasto/", money.prices, "desk-prices", {}),
    ("kirjanpito/", bookkeeping.export, "desk-bookkeeping", {}),
    ("poistot/", forgetting.forgetting, "forgetting", {}),
    ("poistot/<uuid:pk>/", forgetting.night, "forgetting-night", {}),
    ("poistot/<uuid:pk>/hyvaksy/", forgetting.let_through, "forgetting-let-through", {}),
    ("poistot/<uuid:pk>/uudelleen/", forgetting.try_again, "forgetting-try-again", {}),
    ("sopimus/<uuid:pk>/sopimus.pdf", dock.agreement_pdf, "desk-agreement-pdf", {}),
    ("sopimus/<uuid:pk>/allekirjoitettu/", dock.sign_agreement, "desk-agreement-sign", {}),
    ("sopimus/<uuid:pk>/tabletille/", tablet.give, "desk-tablet-give", {}),
    ("tabletti/", tablet.sign, "desk-tablet", {}),
    ("tabletti/takaisin/", tablet.take_back, "desk-tablet-back", {}),
    ("tabletti/ulos/", tablet.sign_out, "desk-tablet-out", {}),
    ("sopimus/<uuid:pk>/mitatoi/", dock.void_agreement, "desk-agreement-void", {}),
    ("varaus/<uuid:pk>/kuvat/", photos.add, "desk-booking-photos", BOOKING),
    ("varaus/<uuid:pk>/kuvat/avaa/", photos.open_all, "desk-booking-photos-open", BOOKING),
    ("tapaus/<uuid:pk>/", case.case_page, "desk-case", {}),
    ("tapaus/<uuid:pk>/arvio/", case.assess, "desk-case-assess", {}),
    ("tapaus/<uuid:pk>/laskulle/", case.charge, "desk-case-charge", {}),
    ("tapaus/<uuid:pk>/vastustus/", case.objection, "desk-case-objection", {}),
    ("tapaus/<uuid:pk>/vastaus/", case.answer, "desk-case-answer", {}),
    ("tapaus/<uuid:pk>/sovittu/", case.end, "desk-case-settle", {"to": "settled"}),
    ("tapaus/<uuid:pk>/luovuttu/", case.end, "desk-case-write-off", {"to": "written_off"}),
    ("tapaus/<uuid:pk>/kirje/", case.letter, "desk-case-letter", {"how": "paper"}),
    ("tapaus/<uuid:pk>/sahkoposti/", case.letter, "desk-case-mail", {"how": "mail"}),
    ("tapaus/<uuid:pk>/kuvat/", photos.add, "desk-case-photos", CASE),
    ("tapaus/<uuid:pk>/kuvat/avaa/", photos.open_all, "desk-case-photos-open", CASE),
    ("liite/<uuid:pk>/", attachments.attachment, "desk-attachment", {}),
    ("liite/<uuid:pk>/peru/", photos.take_back, "desk-attachment-take-back", {}),
    ("liite/<uuid:pk>/pieni/", photos.small, "desk-attachment-small", {}),
    ("roolit/", roles.roles, "staff-roles", {}),
    ("roolit/kutsu/", roles.invite, "staff-invite", {}),
    ("roolit/<int:pk>/", roles.person, "staff-person", {}),
    ("roolit/annettu/<int:pk>/ota/", roles.take, "staff-role-take", {}),
    ("roolit/<int:pk>/sulje/", roles.act, "staff-close", {"what": "sulje"}),
    ("roolit/<int:pk>/avaa/", roles.act, "staff-reopen", {"what": "avaa"}),
    ("roolit/<int:pk>/kutsu/", roles.act, "staff-invite-again", {"what": "kutsu"}),
    ("roolit/<int:pk>/vaihe/", roles.act, "staff-second-step-off", {"what": "vaihe"}),
    ("roolit/<int:pk>/nimeton/", roles.act, "staff-nameless", {"what": "nimeton"}),
    ("hyvaksynnat/", approvals.waiting, "desk-approvals", {}),
    ("hyvaksynnat/<uuid:pk>/hyvaksy/", approvals.decide, "desk-approve", YES),
    ("hyvaksynnat/<uuid:pk>/hylkaa/", approvals.decide, "desk-disapprove", NO),
    ("vienti/", exports.export, "desk-export", {}),
    ("loukkaukset/", breaches.log, "breaches", {}),
    ("loukkaukset/uusi/", breaches.begin, "breach-begin", {}),
    ("loukkaukset/<uuid:pk>/", breaches.breach, "breach", {}),
    ("loukkaukset/<uuid:pk>/paata/", breaches.close, "breach-close", {}),
    ("kasittelijat/", processors.listed, "processors", {}),
    ("kasittelijat/uusi/", processors.processor, "processor-new", {}),
    ("kasittelijat/<uuid:pk>/", processors.processor, "processor", {}),
    ("viestit/", mailings.overview, "mailings", {}),
    ("viestit/uusi/", mailings.write, "mailing-new", {}),
    ("viestit/<uuid:pk>/", mailings.mailing, "mailing", {}),
    ("viestit/<uuid:pk>/muuta/", mailings.write, "mailing-write", {}),
    ("viestit/<uuid:pk>/koe/", mailings.test, "mailing-test", {}),
    ("viestit/<uuid:pk>/laheta/", mailings.start, "mailing-start", {}),
    ("viestit/<uuid:pk>/pysayta/", mailings.stop, "mailing-stop", {}),
    ("viestit/<uuid:pk>/jatka/", mailings.go_on, "mailing-go-on", {}),
    ("viestit/<uuid:pk>/poista/", mailings.discard, "mailing-discard", {}),
    ("kohderyhmat/uusi/", mailings.segment, "segment-new", {}),
    ("kohderyhmat/<uuid:pk>/", mailings.segment, "segment", {}),
    ("kansiot/", paper.folders, "paper-folders", {}),
    ("kansiot/tarrat.pdf", paper.labels, "paper-labels", {}),
    ("kansiot/<uuid:pk>/", paper.folder_page, "paper-folder", {}),
    ("kansiot/<uuid:pk>/tarra.pdf", paper.label, "paper-label", {}),
    ("kansiot/<uuid:pk>/havitetty/", paper.destroyed, "paper-destroyed", {}),
    ("loki/", audit_log.log, "desk-audit", {}),
    ("loki/vie/", audit_log.export, "desk-audit-export", {}),
    ("loki/nahty/", audit_log.seen, "desk-audit-seen", {}),
)  # fmt: skip


def urls(site: Any) -> list[URLPattern]:
    """The pages, each behind the admin site's sign-in."""
    return [on_site(site, route, view, name, kwargs) for route, view, name, kwargs in PAGES]


def on_site(
    site: Any,
    route: str,
    view: Callable[..., HttpResponse],
    name: str,
    kwargs: dict[str, str] | None = None,
) -> URLPattern:
    """One page of the staff's site; apps above the register put theirs there with it."""
    page: URLPattern = path(route, site.admin_view(_on(site, view)), kwargs or {}, name)
    return page


def _on(site: Any, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def entered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = view(request, site=site, **kwargs)
        return _not_done(request, response) if response.status_code == NOT_ALLOWED else response

    return update_wrapper(entered, view)


def _not_done(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """Whoever signs in again after posting a form comes here by GET: say that nothing was done."""
    response = render(request, "405.html", status=NOT_ALLOWED)
    response["Allow"] = refused["Allow"]
    return response
