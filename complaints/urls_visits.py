"""Addresses of visits, pairings, round-tables and of the observers' clues; included by `complaints.urls`."""

from django.urls import URLPattern, path

from complaints.views import clues, gatherings, visit_books, visits

urlpatterns: list[URLPattern] = [
    # visits
    path("visits/", visits.visit_list, name="visit_list"),
    path("visits/new/", visits.visit_create, name="visit_create"),
    path("visits/missing/", visits.visit_missing, name="visit_missing"),
    # workbook
    path("visits/export/", visit_books.visit_export, name="visit_export"),
    path("visits/imports/", visit_books.visit_import, name="visit_import"),
    path("visits/imports/<slug:token>/", visit_books.visit_import_detail, name="visit_import_detail"),
    path("visits/imports/<slug:token>/apply/", visit_books.visit_import_apply, name="visit_import_apply"),
    path(
        "visits/imports/<slug:token>/discard/", visit_books.visit_import_discard, name="visit_import_discard"
    ),
    path("visits/imports/<slug:token>/errors/", visit_books.visit_import_errors, name="visit_import_errors"),
    # pairings
    path("visits/pairings/", visits.pairing_list, name="pairing_list"),
    path("visits/pairings/new/", visits.pairing_create, name="pairing_create"),
    path("visits/pairings/<int:key>/end/", visits.pairing_end, name="pairing_end"),
    # round-tables and campaigns
    path("visits/gatherings/", gatherings.gathering_list, name="gathering_list"),
    path("visits/gatherings/new/", gatherings.gathering_create, name="gathering_create"),
    path("visits/gatherings/<slug:number>/", gatherings.gathering_detail, name="gathering_detail"),
    path("visits/gatherings/<slug:number>/demands/", gatherings.gathering_demand, name="gathering_demand"),
    # one visit
    path("visits/<slug:number>/", visits.visit_detail, name="visit_detail"),
    path("visits/<slug:number>/edit/", visits.visit_edit, name="visit_edit"),
    path("visits/<slug:number>/demands/", visits.visit_demand, name="visit_demand"),
    # observers
    path("clues/", clues.clue_list, name="clue_list"),
    path("clues/new/", clues.clue_create, name="clue_create"),
    path("clues/<slug:number>/", clues.clue_detail, name="clue_detail"),
]
