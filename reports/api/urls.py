"""Addresses under /api/v1/."""

from rest_framework.routers import SimpleRouter

app_name = "reports-api"

router = SimpleRouter()

urlpatterns = router.urls
