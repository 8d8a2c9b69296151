"""Addresses under /api/v1/."""

from rest_framework.routers import SimpleRouter

from reports.api import views

app_name = "reports-api"

router = SimpleRouter()
router.register("figures", views.FigureViewSet, basename="figure")
router.register("bulletins", views.BulletinViewSet, basename="bulletin")
router.register("work-reports", views.WorkReportViewSet, basename="workreport")
router.register("assessments", views.AssessmentViewSet, basename="assessment")
router.register("assessment-results", views.ResultViewSet, basename="result")

urlpatterns = router.urls
