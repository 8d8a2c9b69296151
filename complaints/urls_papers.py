"""Addresses of the printed papers of a case, and of the retention of identities; included by `complaints.urls`."""

from django.urls import URLPattern, path

from complaints.views import papers, retention

urlpatterns: list[URLPattern] = [
    path("complaints/retention/", retention.retention_page, name="retention_page"),
    path("complaints/<slug:number>/identity/erase/", retention.identity_erase, name="identity_erase"),
    path("complaints/<slug:number>/papers/<slug:paper>/", papers.paper_issue, name="paper_issue"),
    path(
        "complaints/<slug:number>/papers/<slug:paper>/<slug:extension>/", papers.paper_file, name="paper_file"
    ),
    path("complaints/<slug:number>/receipt/<slug:extension>/", papers.paper_receipt, name="paper_receipt"),
    path(
        "complaints/<slug:number>/escalations/<int:key>/letter/<slug:extension>/",
        papers.paper_letter,
        name="paper_letter",
    ),
]
