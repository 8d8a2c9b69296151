"""Addresses for people without an account, and those of the QR points; included by `complaints.urls`."""

from django.urls import URLPattern, path

from complaints.views import points, public_query, public_report, public_send

urlpatterns: list[URLPattern] = [
    # the form
    path("report/", public_report.public_start, name="public_start"),
    path("report/kind/", public_report.public_kind, name="public_kind"),
    path("report/matter/", public_report.public_matter, name="public_matter"),
    path("report/person/", public_report.public_person, name="public_person"),
    path("report/photos/", public_send.public_photos, name="public_photos"),
    path("report/photos/remove/", public_send.public_photo_remove, name="public_photo_remove"),
    path("report/check/", public_send.public_check, name="public_check"),
    path("report/done/", public_send.public_done, name="public_done"),
    path("report/finish/", public_send.public_finish, name="public_finish"),
    path("report/leave/", public_report.public_leave, name="public_leave"),
    path("q/<slug:code>/", public_report.point_scan, name="point_scan"),
    # following a case
    path("query/", public_query.public_query, name="public_query"),
    path("query/progress/", public_query.public_progress, name="public_progress"),
    path("query/supply/", public_query.public_supply, name="public_supply"),
    path("query/rate/", public_query.public_rate, name="public_rate"),
    path("query/forget/", public_query.public_forget, name="public_forget"),
    # the points
    path("complaints/points/", points.point_list, name="point_list"),
    path("complaints/points/new/", points.point_create, name="point_create"),
    path("complaints/points/sheet/", points.point_sheet, name="point_sheet"),
    path("complaints/points/sheet/pdf/", points.point_sheet_pdf, name="point_sheet_pdf"),
    path("complaints/points/<slug:code>/", points.point_detail, name="point_detail"),
    path("complaints/points/<slug:code>/edit/", points.point_edit, name="point_edit"),
    path("complaints/points/<slug:code>/switch/", points.point_switch, name="point_switch"),
]
