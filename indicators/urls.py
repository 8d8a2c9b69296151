"""Addresses of the pages."""

from django.urls import URLPattern, path

from indicators.views import (
    catalogue,
    lamps,
    measurements,
    months,
    report_drafts,
    report_review,
    report_workbook,
    reports,
)

app_name = "indicators"

urlpatterns: list[URLPattern] = [
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
]
