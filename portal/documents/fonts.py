"""Which fonts a document is set in: the ones the standard names, or the nearest ones this machine has."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import typst


class Face(StrEnum):
    """The typefaces of an official document."""

    TITLE = "title"
    TEXT = "text"
    KAI = "kai"
    HEI = "hei"
    SONG = "song"


# The names written into a DOCX; the office's machines have these fonts.
PRINTED_NAMES = {
    Face.TITLE: "方正小标宋简体",
    Face.TEXT: "仿宋_GB2312",
    Face.KAI: "楷体_GB2312",
    Face.HEI: "黑体",
    Face.SONG: "宋体",
}

# A font file may report its English or its Chinese family name: these are the named font itself.
OWN_NAMES: Mapping[Face, tuple[str, ...]] = {
    Face.TITLE: ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXBSJW--GB1-0"),
    Face.TEXT: ("仿宋_GB2312", "FangSong_GB2312"),
    Face.KAI: ("楷体_GB2312", "KaiTi_GB2312"),
    Face.HEI: ("黑体", "SimHei"),
    Face.SONG: ("宋体", "SimSun"),
}

SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Source Han Serif CN", "Songti SC")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Source Han Sans CN", "Microsoft YaHei")
OTHERS = ("PingFang SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "AR PL UMing CN", "Droid Sans Fallback")

# What stands in for it, nearest first.
STAND_INS: Mapping[Face, tuple[str, ...]] = {
    Face.TITLE: ("方正小标宋_GBK", "FZXiaoBiaoSong-B05", "STZhongsong", "华文中宋", *SERIF, "SimSun", "宋体"),
    Face.TEXT: ("仿宋", "FangSong", "STFangsong", "华文仿宋", "方正仿宋_GBK", *SERIF, "SimSun", "宋体"),
    Face.KAI: ("楷体", "KaiTi", "STKaiti", "华文楷体", "方正楷体_GBK", "AR PL UKai CN", *SERIF, "SimSun"),
    Face.HEI: ("方正黑体_GBK", "STHeiti", "华文黑体", *SANS),
    Face.SONG: ("STSong", "华文宋体", "方正书宋_GBK", *SERIF),
}


class FontMissing(RuntimeError):
    """No font with Chinese characters can be found; the message says what to install."""

    def __init__(self) -> None:
        names = "、".join(PRINTED_NAMES[face] for face in (Face.TITLE, Face.TEXT, Face.KAI, Face.HEI))
        super().__init__(
            f"服务器上没有可用的中文字体，不能生成文件。请把{names}的字体文件放入字体文件夹，"
            "或者安装思源字体（fonts-noto-cjk）后再试。"
        )


@dataclass(frozen=True)
class FontChoice:
    """The families each face is set in, first choice first, and what had to be replaced."""

    families: Mapping[Face, tuple[str, ...]]
    substitutes: tuple[str, ...]


@dataclass(frozen=True)
class FontSet:
    """The fonts found on this machine and the choice made among them."""

    fonts: typst.Fonts
    choice: FontChoice

    def files_of(self, face: Face) -> list[str]:
        """Return the font files of a face's first two families, for the drawing of charts."""
        families = self.choice.families[face][:2]
        paths = {font.path for font in self.fonts.fonts() if font.family in families and font.path}
        return sorted(paths)


def choose_fonts(available: Collection[str]) -> FontChoice:
    """Choose among the families a machine has; raise `FontMissing` when none of them is Chinese."""
    by_name = {family.casefold(): family for family in available}
    families: dict[Face, tuple[str, ...]] = {}
    substitutes = []
    for face in Face:
        wanted = (*OWN_NAMES[face], *STAND_INS[face], *SERIF, *SANS, *OTHERS)
        found = tuple(
            dict.fromkeys(by_name[name.casefold()] for name in wanted if name.casefold() in by_name)
        )
        if not found:
            raise FontMissing
        families[face] = found
        if found[0].casefold() not in {name.casefold() for name in OWN_NAMES[face]}:
            substitutes.append(f"{PRINTED_NAMES[face]} 以 {found[0]} 代替")
    return FontChoice(families, tuple(substitutes))


def find_fonts(font_folder: Path | None, *, system_fonts: bool = True) -> FontSet:
    """Look for fonts in the office's folder, then (unless told otherwise) in the system.

    The folder is read again when its modification time changes, the system's fonts once a process.
    Raises `FontMissing`.
    """
    folder = font_folder if font_folder and font_folder.is_dir() else None
    fonts = _catalogue(folder, folder.stat().st_mtime_ns if folder else 0, system_fonts=system_fonts)
    return FontSet(fonts, choose_fonts(fonts.families()))


@lru_cache(maxsize=8)
def _catalogue(folder: Path | None, _changed_at: int, *, system_fonts: bool) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=system_fonts,
        include_embedded_fonts=True,
        font_paths=[folder] if folder else [],
    )
