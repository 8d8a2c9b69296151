"""Addresses under /api/v1/."""

from rest_framework.routers import SimpleRouter

from indicators.api import inspections as views_inspections
from indicators.api import views

app_name = "indicators-api"

router = SimpleRouter()
router.register("task-forces", views.TaskForceViewSet, basename="taskforce")
router.register("work-items", views.WorkItemViewSet, basename="workitem")
router.register("reports", views.ReportViewSet, basename="report")
router.register("measurements", views.MeasurementViewSet, basename="measurement")
router.register("inspections", views_inspections.InspectionViewSet, basename="inspection")
router.register(
    "inspection-findings", views_inspections.InspectionFindingViewSet, basename="inspectionfinding"
)
router.register("dispatch-rounds", views.DispatchRoundViewSet, basename="dispatchround")

urlpatterns = router.urls
