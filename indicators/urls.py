"""Addresses of the pages."""

from django.urls import URLPattern, path

from indicators.views import catalogue, lamps, measurements

app_name = "indicators"

urlpatterns: list[URLPattern] = [
    # lamps
    path("lamp-schemes/", lamps.scheme_list, name="scheme_list"),
    path("lamp-schemes/new/", lamps.scheme_edit, name="scheme_edit"),
    # catalogue
    path("indicators/", catalogue.system_list, name="system_list"),
    path("indicators/new/", catalogue.system_create, name="system_create"),
    path("indicators/<int:year>/<slug:level>/<slug:code>/", catalogue.indicator_edit, name="indicator_edit"),
    # measurements
    path("measurements/", measurements.measurement_list, name="measurement_list"),
    path("measurements/verify/", measurements.measurement_verify_many, name="measurement_verify_many"),
    path("measurements/<slug:code>/<str:month>/", measurements.measurement_detail, name="measurement_detail"),
    path(
        "measurements/<slug:code>/<str:month>/<slug:step>/",
        measurements.measurement_step,
        name="measurement_step",
    ),
]
