"""Addresses under /api/v1/public/ of the policies."""

from django.urls import path

from policies.api import public

app_name = "policies-public-api"

urlpatterns = [
    path("benefits/", public.BenefitListView.as_view(), name="benefit_list"),
    path("benefits/check/", public.SelfCheckView.as_view(), name="benefit_check"),
    path("benefits/<slug:number>/", public.BenefitView.as_view(), name="benefit_detail"),
]
