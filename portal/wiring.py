"""What the base application asks of the others, named as strings: it imports none of them.

`portal.settings` hands each list on; nothing here comes from the environment.
"""

WAITING_COUNTERS = [
    "indicators.selectors.todos.waiting",
    "indicators.selectors.inspection_todos.waiting",
    "complaints.selectors.todos.waiting",
    "policies.selectors.todos.waiting",
    "reports.selectors.bulletins.waiting",
    "reports.selectors.work_reports.waiting",
    "reports.selectors.assessments.waiting",
]
SEARCH_PROVIDERS = [
    "indicators.selectors.search.find_items",
    "indicators.selectors.search.find_task_forces",
    "indicators.selectors.search.find_indicators",
    "indicators.selectors.search.find_inspections",
    "policies.selectors.search.find_policies",
    "policies.selectors.search.find_documents",
    "complaints.selectors.search.find_cases",
    "reports.selectors.search.find_bulletins",
    "portal.selectors.enterprises.find_enterprises",
    "portal.selectors.search.find_organisations",
    "portal.selectors.search.find_people",
]
# What refers to a market entity and moves when two are merged: table, field, and the columns that
# together with the field may stand only once (a row the kept entity has already is not moved).
ENTERPRISE_REFERENCES = [
    ("portal.Enterprise", "merged_into", ()),
    ("portal.EnterpriseFact", "enterprise", ("kind", "valid_from")),
    ("portal.EnterpriseLabel", "enterprise", ("kind", "level", "valid_from")),
    ("complaints.Complaint", "enterprise", ()),
    ("complaints.IntakePoint", "enterprise", ()),
    ("complaints.Pairing", "enterprise", ("person", "until")),
    ("complaints.Visit", "enterprise", ("visitor", "on")),
    ("complaints.Gathering_enterprises", "enterprise", ("gathering",)),
    ("policies.Correction", "enterprise", ()),
]
# What refers to a market entity and stays where it is: the merge itself, what the nightly match
# writes anew, and what was proposed and paid to whom, which is sealed.
ENTERPRISE_REFERENCES_LEFT = [
    ("portal.EnterpriseMerge", "kept"),
    ("portal.EnterpriseMerge", "gone"),
    ("policies.Verdict", "enterprise"),
    ("policies.QualifiedSpan", "enterprise"),
    ("policies.Proposal", "enterprise"),
    ("policies.Payout", "enterprise"),
    # A page belongs to the registration it was opened for; the kept one has or gets its own.
    ("policies.EnterpriseCode", "enterprise"),
]
# Blocks that the other apps add to the page of a market entity; see `portal.enterprise_blocks`.
ENTERPRISE_BLOCKS = [
    "complaints.selectors.visit_pages.case_block",
    "complaints.selectors.visit_pages.visit_block",
    "policies.selectors.enterprise_block.policy_block",
]
# Blocks of the page that a market entity opens itself 一企一码.
ENTERPRISE_OWN_BLOCKS = ["complaints.selectors.own_cases.own_case_block"]
AUDIT_LABELS = [
    "portal.audit_labels.ACTION_LABELS",
    "indicators.labels.ACTION_LABELS",
    "complaints.labels.ACTION_LABELS",
    "reports.labels.ACTION_LABELS",
    "policies.labels.ACTION_LABELS",
]
# Actions whose changes are columns of another table than the row they are recorded for.
AUDIT_TABLES = ["policies.labels.CHANGED_TABLES"]
JOB_MODULES = [
    "portal.base_jobs",
    "indicators.jobs",
    "indicators.dispatch_jobs",
    "complaints.jobs",
    "reports.jobs",
    "policies.jobs",
]
# Rewrite a batch of encrypted values with the present key and return how many; see `manage.py rotate_keys`.
KEY_ROTATIONS = [
    "portal.services.second_factor.rewrap_seeds",
    "indicators.services.inspections.rewrap_referrals",
    "complaints.sealing.rewrap_identities",
    "policies.services.applicants.rewrap_applications",
    "policies.services.enterprise_codes.rewrap_addresses",
    "policies.services.outgoing_mail.rewrap_mail",
    "policies.services.subscriptions.rewrap_subscribers",
]
# Columns that hold nothing but sealed values, and those that carry a label of secrecy; asked by `check_djbh`.
SEALED_COLUMNS = [
    "portal.User.totp_secret",
    "complaints.Identity.name",
    "complaints.Identity.phone",
    "complaints.Identity.company",
    "complaints.Identity.address",
    "policies.Application.contact",
    "policies.Application.phone",
    "policies.Application.account",
    "indicators.InspectionReferral.facts",
    "indicators.InspectionReferral.outcome",
]
LABELLED_COLUMNS = ["complaints.Complaint.secrecy"]
# Called with the day, in the same transaction, after the working calendar has changed.
CALENDAR_LISTENERS = [
    "indicators.services.months.recompute_provisional_months",
    "complaints.services.clocks.recompute_open_cases",
]
# Tables whose rows carry files but have no `visible_to` of their own: the path to the row that has one.
ATTACHMENT_SCOPES = {
    "indicators.closingapplication": "item",
    "indicators.adjustment": "item",
    "indicators.milestone": "item",
    "indicators.findingreply": "finding",
    "policies.applicationmaterial": "application",
}
WORKFLOW_TABLES = [
    ("事项", "indicators.workflow.ITEM_STEPS", "indicators.workflow.ItemState"),
    ("月报进展", "indicators.workflow.REPORT_STEPS", "indicators.workflow.ReportState"),
    ("监测值", "indicators.workflow.MEASUREMENT_STEPS", "indicators.workflow.MeasurementState"),
    (
        "督查",
        "indicators.inspection_workflow.INSPECTION_STEPS",
        "indicators.inspection_workflow.InspectionState",
    ),
    (
        "督查发现",
        "indicators.inspection_workflow.FINDING_STEPS",
        "indicators.inspection_workflow.FindingState",
    ),
    ("诉求", "complaints.workflow.CASE_STEPS", "complaints.workflow.CaseState"),
    ("红黑榜", "complaints.red_black.STEPS", "complaints.red_black.ListState"),
    ("通报", "reports.workflow.BULLETIN_STEPS", "reports.workflow.BulletinState"),
    ("工作汇报", "reports.workflow.WORK_REPORT_STEPS", "reports.workflow.WorkReportState"),
    ("年度考核", "reports.workflow.ASSESSMENT_STEPS", "reports.workflow.AssessmentState"),
    ("考核异议", "reports.workflow.OBJECTION_STEPS", "reports.workflow.ObjectionState"),
    ("惠企事项", "policies.workflow.ITEM_STEPS", "policies.workflow.ItemState"),
    ("惠企推送", "policies.workflow.PROPOSAL_STEPS", "policies.workflow.ProposalState"),
    ("兑现批次", "policies.workflow.BATCH_STEPS", "policies.workflow.BatchState"),
]
