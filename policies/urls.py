"""Addresses of the pages behind the login; those of the public have a module of their own."""

from django.urls import URLPattern, URLResolver, include, path

from policies.views import (
    batches,
    beneficiaries,
    budgets,
    catalogue,
    catalogue_workbook,
    documents,
    editing,
    groups,
    handover,
    matches,
    payout_imports,
    payouts,
    proposals,
)

app_name = "policies"

urlpatterns: list[URLPattern | URLResolver] = [
    # the public's pages
    path("", include("policies.urls_public")),
    path("policies/beneficiaries/", beneficiaries.beneficiary_list, name="beneficiary_list"),
    # catalogue
    path("policies/", catalogue.policy_list, name="policy_list"),
    path("policies/export/", catalogue_workbook.policy_export, name="policy_export"),
    path("policies/import/", catalogue_workbook.policy_import, name="policy_import"),
    path(
        "policies/import/<slug:token>/", catalogue_workbook.policy_import_detail, name="policy_import_detail"
    ),
    path(
        "policies/import/<slug:token>/apply/",
        catalogue_workbook.policy_import_apply,
        name="policy_import_apply",
    ),
    path(
        "policies/import/<slug:token>/discard/",
        catalogue_workbook.policy_import_discard,
        name="policy_import_discard",
    ),
    path(
        "policies/import/<slug:token>/errors/",
        catalogue_workbook.policy_import_errors,
        name="policy_import_errors",
    ),
    path("policies/documents/", documents.document_list, name="document_list"),
    path("policies/documents/new/", documents.document_create, name="document_create"),
    path("policies/documents/<slug:code>/", documents.document_detail, name="document_detail"),
    path("policies/documents/<slug:code>/edit/", documents.document_edit, name="document_edit"),
    path("policies/documents/<slug:code>/repeal/", documents.document_repeal, name="document_repeal"),
    path("policies/groups/", groups.group_list, name="group_list"),
    path("policies/groups/<slug:code>/", groups.group_edit, name="group_edit"),
    path("policies/items/new/", editing.item_create, name="item_create"),
    path("policies/items/<slug:number>/", catalogue.item_detail, name="item_detail"),
    path("policies/items/<slug:number>/edit/", editing.item_edit, name="item_edit"),
    path("policies/items/<slug:number>/conditions/", editing.item_conditions, name="item_conditions"),
    path("policies/items/<slug:number>/amount/", editing.item_amount, name="item_amount"),
    path("policies/items/<slug:number>/budget/", budgets.item_budget, name="item_budget"),
    path("policies/items/<slug:number>/compare/", catalogue.item_compare, name="item_compare"),
    path("policies/items/<slug:number>/hand-over/", handover.item_hand_over, name="item_hand_over"),
    path("policies/items/<slug:number>/discard/", catalogue.item_discard, name="item_discard"),
    path("policies/items/<slug:number>/match/", catalogue.item_match, name="item_match"),
    path("policies/items/<slug:number>/<slug:step>/", catalogue.item_step, name="item_step"),
    # matching and proposals
    path("policies/matches/", matches.match_list, name="match_list"),
    path("policies/matches/enterprises/<slug:code>/", matches.match_enterprise, name="match_enterprise"),
    path("policies/matches/proposals/<int:key>/", proposals.proposal_detail, name="proposal_detail"),
    path("policies/matches/proposals/<int:key>/<slug:step>/", proposals.proposal_step, name="proposal_step"),
    path("policies/matches/<slug:number>/", matches.match_detail, name="match_detail"),
    path("policies/matches/<slug:number>/bulk/", matches.match_bulk, name="match_bulk"),
    # payouts
    path("policies/payouts/", payouts.payout_list, name="payout_list"),
    path("policies/payouts/export/", payouts.payout_export, name="payout_export"),
    path("policies/payouts/reconcile/", payouts.payout_reconcile, name="payout_reconcile"),
    path("policies/payouts/import/", payout_imports.payout_import, name="payout_import"),
    path(
        "policies/payouts/import/template/",
        payout_imports.payout_import_template,
        name="payout_import_template",
    ),
    path(
        "policies/payouts/import/<slug:token>/",
        payout_imports.payout_import_detail,
        name="payout_import_detail",
    ),
    path(
        "policies/payouts/import/<slug:token>/apply/",
        payout_imports.payout_import_apply,
        name="payout_import_apply",
    ),
    path(
        "policies/payouts/import/<slug:token>/discard/",
        payout_imports.payout_import_discard,
        name="payout_import_discard",
    ),
    path(
        "policies/payouts/import/<slug:token>/errors/",
        payout_imports.payout_import_errors,
        name="payout_import_errors",
    ),
    path("policies/payouts/<int:key>/", payouts.payout_detail, name="payout_detail"),
    path("policies/payouts/batches/", batches.batch_list, name="batch_list"),
    path("policies/payouts/batches/new/", batches.batch_create, name="batch_create"),
    path("policies/payouts/batches/<slug:number>/", batches.batch_detail, name="batch_detail"),
    path("policies/payouts/batches/<slug:number>/add/", batches.batch_add, name="batch_add"),
    path("policies/payouts/batches/<slug:number>/remove/", batches.batch_remove, name="batch_remove"),
    path("policies/payouts/batches/<slug:number>/verify/", batches.batch_verify, name="batch_verify"),
    path("policies/payouts/batches/<slug:number>/<slug:step>/", batches.batch_step, name="batch_step"),
    path("policies/payouts/budgets/", budgets.budget_list, name="budget_list"),
    path("policies/payouts/bands/", budgets.band_edit, name="band_edit"),
]
