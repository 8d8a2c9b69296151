"""Charts as pictures: SVG drawn to PNG with the fonts the document uses."""

import struct
from dataclasses import dataclass

import resvg_py

from portal.documents.fonts import Face, FontSet
from portal.documents.layout import Page
from portal.documents.model import Chart

DOTS_PER_INCH = 300
LARGEST_PART_OF_PAGE = 0.8


class ChartUnreadable(ValueError):
    """The SVG of a chart cannot be drawn."""


@dataclass(frozen=True)
class Picture:
    png: bytes
    width_mm: float
    height_mm: float


def draw_chart(chart: Chart, page: Page, fonts: FontSet) -> Picture:
    """Draw a chart as wide as it asks for, but not larger than the page allows."""
    family = fonts.choice.families[Face.HEI][0]
    width_mm = min(float(chart.width_mm), page.text_width)
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=chart.svg,
            width=round(width_mm / 25.4 * DOTS_PER_INCH),
            background="#ffffff",
            skip_system_fonts=True,
            font_files=fonts.files_of(Face.HEI),
            font_family=family,
            sans_serif_family=family,
            serif_family=family,
        )
    except ValueError as error:
        raise ChartUnreadable(f"图表「{chart.caption}」不能绘制，请重新生成图表后再试") from error
    width, height = struct.unpack(">II", bytes(png[16:24]))  # the PNG's IHDR
    height_mm = width_mm * height / width
    shrink = min(1.0, page.text_height * LARGEST_PART_OF_PAGE / height_mm)
    return Picture(bytes(png), width_mm * shrink, height_mm * shrink)
