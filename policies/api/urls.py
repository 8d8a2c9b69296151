"""Addresses under /api/v1/."""

from rest_framework.routers import SimpleRouter

from policies.api import views

app_name = "policies-api"

router = SimpleRouter()
router.register("policy-items", views.PolicyItemViewSet, basename="policyitem")
router.register("policy-proposals", views.ProposalViewSet, basename="proposal")
router.register("payout-batches", views.PayoutBatchViewSet, basename="payoutbatch")
router.register("payouts", views.PayoutViewSet, basename="payout")

urlpatterns = router.urls
