"""Addresses of the pages."""

from django.urls import URLPattern, path

from indicators.views import (
    catalogue,
    closing,
    dispatch,
    instructions,
    items,
    lamps,
    ledgers,
    letters,
    measurements,
    months,
    report_drafts,
    report_review,
    report_workbook,
    reports,
    taskforces,
)

app_name = "indicators"

urlpatterns: list[URLPattern] = [
    # items
    path("items/", items.item_list, name="item_list"),
    path("items/new/", items.item_create, name="item_create"),
    path("items/export/", ledgers.item_export, name="item_export"),
    path("items/bulk/", ledgers.item_bulk, name="item_bulk"),
    path("items/assign/", ledgers.item_assign, name="item_assign"),
    path("items/import/", ledgers.item_import, name="item_import"),
    path("items/import/<slug:token>/", ledgers.item_import_detail, name="item_import_detail"),
    path("items/import/<slug:token>/apply/", ledgers.item_import_apply, name="item_import_apply"),
    path("items/import/<slug:token>/discard/", ledgers.item_import_discard, name="item_import_discard"),
    path("items/import/<slug:token>/errors/", ledgers.item_import_errors, name="item_import_errors"),
    path("items/<slug:number>/", items.item_detail, name="item_detail"),
    path("items/<slug:number>/edit/", items.item_edit, name="item_edit"),
    path("items/<slug:number>/apply/", closing.item_apply, name="item_apply"),
    path("items/<slug:number>/<slug:step>/", closing.item_step, name="item_step"),
    # taskforces
    path("taskforces/", taskforces.taskforce_list, name="taskforce_list"),
    path("taskforces/new/", taskforces.taskforce_create, name="taskforce_create"),
    path("taskforces/<slug:code>/", taskforces.taskforce_detail, name="taskforce_detail"),
    path("taskforces/<slug:code>/edit/", taskforces.taskforce_edit, name="taskforce_edit"),
    # lamps
    path("lamp-schemes/", lamps.scheme_list, name="scheme_list"),
    path("lamp-schemes/new/", lamps.scheme_edit, name="scheme_edit"),
    # catalogue
    path("indicators/", catalogue.system_list, name="system_list"),
    path("indicators/<int:year>/<slug:level>/export/", catalogue.system_export, name="system_export"),
    path("indicators/<int:year>/<slug:level>/import/", catalogue.system_import, name="system_import"),
    path(
        "indicators/<int:year>/<slug:level>/import/<slug:token>/",
        catalogue.system_import_preview,
        name="system_import_preview",
    ),
    path("indicators/new/", catalogue.system_create, name="system_create"),
    path("indicators/<int:year>/<slug:level>/<slug:code>/", catalogue.indicator_edit, name="indicator_edit"),
    # measurements
    path("measurements/", measurements.measurement_list, name="measurement_list"),
    path("measurements/verify/", measurements.measurement_verify_many, name="measurement_verify_many"),
    path("measurements/<slug:code>/<str:month>/", measurements.measurement_detail, name="measurement_detail"),
    path(
        "measurements/<slug:code>/<str:month>/<slug:step>/",
        measurements.measurement_step,
        name="measurement_step",
    ),
    # months
    path("months/", months.month_list, name="month_list"),
    path("months/open/", months.month_open, name="month_open"),
    path("months/<str:month>/", months.month_detail, name="month_detail"),
    path("months/<str:month>/chase/", months.month_chase, name="month_chase"),
    path("months/<str:month>/unlock/", months.month_unlock, name="month_unlock"),
    path("months/<str:month>/export/", report_workbook.month_export, name="month_export"),
    path("months/<str:month>/review/", report_review.report_review, name="report_review"),
    path("months/<str:month>/workbook/", report_workbook.report_workbook, name="report_workbook"),
    path("months/<str:month>/import/", report_workbook.report_import, name="report_import"),
    path(
        "months/<str:month>/import/<slug:token>/",
        report_workbook.report_import_preview,
        name="report_import_preview",
    ),
    path(
        "months/<str:month>/import/<slug:token>/corrections/",
        report_workbook.report_import_corrections,
        name="report_import_corrections",
    ),
    path("months/<str:month>/entry/", reports.report_entry, name="report_entry"),
    path("months/<str:month>/entry/no-change/", reports.report_no_change, name="report_no_change"),
    path("months/<str:month>/entry/<str:number>/draft/", report_drafts.report_draft, name="report_draft"),
    path(
        "months/<str:month>/entry/<str:number>/evidence/",
        report_drafts.report_evidence,
        name="report_evidence",
    ),
    # dispatch
    path("dispatch/", dispatch.round_list, name="round_list"),
    path("dispatch/new/", dispatch.round_create, name="round_create"),
    path("dispatch/<slug:slug>/", dispatch.round_detail, name="round_detail"),
    path("dispatch/<slug:slug>/plan/", dispatch.round_plan, name="round_plan"),
    path("dispatch/<slug:slug>/cancel/", dispatch.round_cancel, name="round_cancel"),
    path("instructions/", instructions.instruction_list, name="instruction_list"),
    path("instructions/new/", instructions.instruction_create, name="instruction_create"),
    path("letters/", letters.letter_list, name="letter_list"),
    path("letters/new/", letters.letter_create, name="letter_create"),
    path("letters/<slug:occasion>/", letters.letter_detail, name="letter_detail"),
    path("letters/<slug:occasion>/files/<slug:kind>/", letters.letter_file, name="letter_file"),
    path("letters/<slug:occasion>/<slug:step>/", letters.letter_step, name="letter_step"),
]
