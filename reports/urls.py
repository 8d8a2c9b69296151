"""Addresses of the pages."""

from django.urls import URLPattern, path

from reports.views import (
    assessment_rules,
    assessments,
    bulletins,
    case_items,
    case_statistics,
    figures,
    home,
    objections,
    outlines,
    policy_statistics,
    red_black,
    sheets,
    special,
    work_reports,
)

app_name = "reports"

urlpatterns: list[URLPattern] = [
    # home
    path("", home.home, name="home"),
    path("chief/", home.chief, name="chief"),
    path("leader/", home.leader, name="leader"),
    # cases
    path("statistics/complaints/", case_statistics.case_statistics_page, name="case_statistics"),
    path(
        "statistics/complaints/export/",
        case_statistics.case_statistics_export,
        name="case_statistics_export",
    ),
    path("statistics/complaints/red-black/", red_black.red_black, name="red_black"),
    path("statistics/complaints/red-black/new/", red_black.red_black_propose, name="red_black_propose"),
    path("statistics/complaints/red-black/export/", red_black.red_black_export, name="red_black_export"),
    path(
        "statistics/complaints/red-black/<str:month>/<slug:code>/<slug:step>/",
        red_black.red_black_step,
        name="red_black_step",
    ),
    path("case-items/<slug:number>/new/", case_items.case_item_create, name="case_item_create"),
    path("case-items/<slug:number>/", case_items.case_of_item, name="case_of_item"),
    # policies
    path("statistics/policies/", policy_statistics.policy_statistics_page, name="policy_statistics"),
    path(
        "statistics/policies/export/",
        policy_statistics.policy_statistics_export,
        name="policy_statistics_export",
    ),
    # bulletins
    path("bulletins/", bulletins.bulletin_list, name="bulletin_list"),
    path("bulletins/draft/", bulletins.bulletin_draft, name="bulletin_draft"),
    path("bulletins/special/", special.special_new, name="special_new"),
    path("bulletins/<slug:code>/", bulletins.bulletin_detail, name="bulletin_detail"),
    path("bulletins/<slug:code>/edit/<slug:section>/", bulletins.bulletin_edit, name="bulletin_edit"),
    path("bulletins/<slug:code>/refresh/", bulletins.bulletin_refresh, name="bulletin_refresh"),
    path("bulletins/<slug:code>/units/", bulletins.bulletin_units, name="bulletin_units"),
    path("bulletins/<slug:code>/listed/", red_black.bulletin_listed, name="bulletin_listed"),
    path("bulletins/<slug:code>/submit/", bulletins.bulletin_submit, name="bulletin_submit"),
    path("bulletins/<slug:code>/return/", bulletins.bulletin_return, name="bulletin_return"),
    path("bulletins/<slug:code>/issue/", bulletins.bulletin_issue, name="bulletin_issue"),
    path("bulletins/<slug:code>/correct/", bulletins.bulletin_correct, name="bulletin_correct"),
    path("bulletins/<slug:code>/docx/", bulletins.bulletin_file, {"form": "docx"}, name="bulletin_docx"),
    path("bulletins/<slug:code>/pdf/", bulletins.bulletin_file, {"form": "pdf"}, name="bulletin_pdf"),
    path("bulletins/<slug:code>/figures/<str:key>/", bulletins.bulletin_rows, name="bulletin_rows"),
    # work reports
    path("work-reports/", work_reports.work_report_list, name="work_report_list"),
    path("work-reports/new/", work_reports.work_report_new, name="work_report_new"),
    path("work-reports/outline/", outlines.outline_edit, name="outline_edit"),
    path("work-reports/<slug:code>/", work_reports.work_report_detail, name="work_report_detail"),
    path(
        "work-reports/<slug:code>/edit/<slug:section>/",
        work_reports.work_report_edit,
        name="work_report_edit",
    ),
    path("work-reports/<slug:code>/refresh/", work_reports.work_report_refresh, name="work_report_refresh"),
    path("work-reports/<slug:code>/submit/", work_reports.work_report_submit, name="work_report_submit"),
    path("work-reports/<slug:code>/return/", work_reports.work_report_return, name="work_report_return"),
    path("work-reports/<slug:code>/finish/", work_reports.work_report_finish, name="work_report_finish"),
    path(
        "work-reports/<slug:code>/docx/",
        work_reports.work_report_file,
        {"form": "docx"},
        name="work_report_docx",
    ),
    path(
        "work-reports/<slug:code>/pdf/",
        work_reports.work_report_file,
        {"form": "pdf"},
        name="work_report_pdf",
    ),
    path(
        "work-reports/<slug:code>/figures/<str:key>/", work_reports.work_report_rows, name="work_report_rows"
    ),
    # assessments
    path("assessments/", assessments.assessment_list, name="assessment_list"),
    path("assessments/<int:year>/", assessments.assessment_detail, name="assessment_detail"),
    path("assessments/<int:year>/evaluate/", assessments.assessment_evaluate, name="assessment_evaluate"),
    path("assessments/<int:year>/open/", assessments.assessment_open, name="assessment_open"),
    path("assessments/<int:year>/reopen/", assessments.assessment_reopen, name="assessment_reopen"),
    path("assessments/<int:year>/publish/", assessments.assessment_publish, name="assessment_publish"),
    path("assessments/<int:year>/rules/", assessment_rules.rules_detail, name="assessment_rules"),
    path("assessments/<int:year>/rules/edit/", assessment_rules.rules_edit, name="assessment_rules_edit"),
    path("assessments/<int:year>/xlsx/", assessments.assessment_workbook, name="assessment_xlsx"),
    path(
        "assessments/<int:year>/docx/",
        assessments.assessment_file,
        {"form": "docx"},
        name="assessment_docx",
    ),
    path("assessments/<int:year>/pdf/", assessments.assessment_file, {"form": "pdf"}, name="assessment_pdf"),
    path("assessments/<int:year>/units/<slug:code>/", objections.result_detail, name="result_detail"),
    path(
        "assessments/<int:year>/objections/<int:key>/", objections.objection_decide, name="objection_decide"
    ),
    # figures
    path("figures/", figures.figure_list, name="figure_list"),
    path("figures/<str:key>/", figures.figure_rows, name="figure_rows"),
    path("figures/<str:key>/export/", figures.figure_export, name="figure_export"),
    # dispatch
    path("dispatch/<slug:slug>/sheet/", sheets.dispatch_sheet, name="dispatch_sheet"),
    path("dispatch/<slug:slug>/sheet/<slug:kind>/", sheets.sheet_file, name="sheet_file"),
    path("dispatch/<slug:slug>/meeting/", sheets.meeting, name="meeting"),
]
