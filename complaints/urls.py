"""Addresses of the desk's pages about cases."""

from django.urls import URLPattern, URLResolver, include, path

from complaints.views import (
    bulk,
    cases,
    editing,
    identities,
    intake,
    limits,
    replies,
    routing,
    steps,
    tickets,
)

app_name = "complaints"

urlpatterns: list[URLPattern | URLResolver] = [
    # the public's pages and the QR points
    path("", include("complaints.urls_public")),
    # cases
    path("complaints/", cases.complaint_list, name="complaint_list"),
    path("complaints/export/", cases.complaint_export, name="complaint_export"),
    path("complaints/bulk/", bulk.complaint_bulk, name="complaint_bulk"),
    path("complaints/bulk/<slug:step>/", bulk.complaint_bulk_step, name="complaint_bulk_step"),
    # taking in
    path("complaints/new/", intake.complaint_create, name="complaint_create"),
    path("complaints/new/alike/", intake.complaint_alike, name="complaint_alike"),
    path("complaints/tickets/", tickets.ticket_import, name="ticket_import"),
    path("complaints/tickets/template/", tickets.ticket_import_template, name="ticket_import_template"),
    path("complaints/tickets/<slug:token>/", tickets.ticket_import_detail, name="ticket_import_detail"),
    path("complaints/tickets/<slug:token>/apply/", tickets.ticket_import_apply, name="ticket_import_apply"),
    path(
        "complaints/tickets/<slug:token>/discard/",
        tickets.ticket_import_discard,
        name="ticket_import_discard",
    ),
    path(
        "complaints/tickets/<slug:token>/errors/", tickets.ticket_import_errors, name="ticket_import_errors"
    ),
    # what the office keeps for the desk
    path("complaints/limits/", limits.limit_list, name="limit_list"),
    path("complaints/replies/", replies.standard_reply_list, name="standard_reply_list"),
    path("complaints/replies/new/", replies.standard_reply_edit, name="standard_reply_create"),
    path("complaints/replies/<int:key>/", replies.standard_reply_edit, name="standard_reply_edit"),
    # visits, and the observers' clues
    path("", include("complaints.urls_visits")),
    # papers of a case
    path("", include("complaints.urls_papers")),
    # one case
    path("complaints/<slug:number>/", cases.complaint_detail, name="complaint_detail"),
    path(
        "complaints/<slug:number>/assign/",
        routing.complaint_route,
        {"step": "assign"},
        name="complaint_assign",
    ),
    path(
        "complaints/<slug:number>/designate/",
        routing.complaint_route,
        {"step": "designate"},
        name="complaint_designate",
    ),
    path(
        "complaints/<slug:number>/ask_assist/",
        routing.complaint_route,
        {"step": "ask_assist"},
        name="complaint_ask_assist",
    ),
    path(
        "complaints/<slug:number>/whistle/",
        routing.complaint_route,
        {"step": "whistle"},
        name="complaint_whistle",
    ),
    path("complaints/<slug:number>/edit/", editing.complaint_edit, name="complaint_edit"),
    path("complaints/<slug:number>/shared/", editing.complaint_shared, name="complaint_shared"),
    path("complaints/<slug:number>/merge/", routing.complaint_merge, name="complaint_merge"),
    path("complaints/<slug:number>/decline/", routing.complaint_decline, name="complaint_decline"),
    path("complaints/<slug:number>/propose/", replies.complaint_propose, name="complaint_propose"),
    path("complaints/<slug:number>/identity/look/", identities.identity_look, name="identity_look"),
    path("complaints/<slug:number>/identity/ask/", identities.identity_ask, name="identity_ask"),
    path(
        "complaints/<slug:number>/identity/<int:key>/",
        identities.identity_decide,
        name="identity_decide",
    ),
    path("complaints/<slug:number>/recusals/", identities.recusal_create, name="recusal_create"),
    path("complaints/<slug:number>/recusals/<int:key>/", identities.recusal_lift, name="recusal_lift"),
    path(
        "complaints/<slug:number>/enclosures/<int:key>/",
        editing.enclosure_release,
        name="enclosure_release",
    ),
    path(
        "complaints/<slug:number>/escalations/<int:key>/<slug:step>/",
        editing.escalation_step,
        name="escalation_step",
    ),
    path("complaints/<slug:number>/<slug:step>/", steps.complaint_step, name="complaint_step"),
]
