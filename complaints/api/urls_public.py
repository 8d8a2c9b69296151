"""Addresses under /api/v1/public/ of the cases."""

from django.urls import path

from complaints.api import public

app_name = "complaints-public-api"

urlpatterns = [
    path("challenges/", public.ChallengeView.as_view(), name="challenge"),
    path("complaints/", public.SubmitView.as_view(), name="submit"),
    path("complaints/query/", public.QueryView.as_view(), name="query"),
]
