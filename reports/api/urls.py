"""Addresses under /api/v1/."""

from rest_framework.routers import SimpleRouter

from reports.api import views

app_name = "reports-api"

router = SimpleRouter()
router.register("figures", views.FigureViewSet, basename="figure")
router.register("bulletins", views.BulletinViewSet, basename="bulletin")

urlpatterns = router.urls
