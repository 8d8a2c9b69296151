"""Addresses under /api/v1/ of the cases and visits."""

from rest_framework.routers import SimpleRouter

from complaints.api import views

app_name = "complaints-api"

router = SimpleRouter()
router.register("complaints", views.ComplaintViewSet, basename="complaint")
router.register("visits", views.VisitViewSet, basename="visit")

urlpatterns = router.urls
