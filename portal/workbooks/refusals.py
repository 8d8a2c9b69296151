"""Why an upload is not read: the sentences for the person who sent it."""

from typing import Final


class WorkbookRefused(ValueError):
    """The file can't be taken as a workbook; the message says what is wrong and what to do."""


SAVE_AS: Final = "请用 Excel 或 WPS 打开，另存为「Excel 工作簿（*.xlsx）」后重新上传。"
NOT_A_WORKBOOK: Final = f"这不是 Excel 工作簿。{SAVE_AS}"
NOT_A_SHEET: Final = "这是{found}，不是 Excel 工作簿。请上传填好的 Excel 工作簿。"
PACKED: Final = "这是压缩包，不是 Excel 工作簿。请解压后上传其中的工作簿。"
WEB_PAGE: Final = f"这是网页格式的表格，只是名称像 Excel 文件。{SAVE_AS}"
PLAIN_TEXT: Final = f"这是文本文件（CSV），不是 Excel 工作簿。{SAVE_AS}"
EMPTY: Final = "文件是空的（0 字节）。请重新保存工作簿后上传。"
TOO_LARGE: Final = "文件超过 {limit} MB。请删去图片和多余的工作表，或分成几个文件上传。"

ENCRYPTED: Final = "文件设有打开密码。请在 Excel 或 WPS 中取消密码、保存后重新上传。"
MACROS: Final = "文件含有宏程序，不予接收。请另存为不含宏的「Excel 工作簿（*.xlsx）」后重新上传。"
EXTERNAL_LINKS: Final = (
    "文件引用了其他工作簿（外部链接）。请在「数据—编辑链接」中断开链接，或把公式粘贴为数值，保存后重新上传。"
)
EMBEDDED: Final = "文件内嵌了其他文件或压缩包。请删去内嵌的对象，只保留表格后重新上传。"
DAMAGED: Final = "文件已损坏，无法读取。请用 Excel 或 WPS 打开检查，另存为新的工作簿后重新上传。"
UNSAFE: Final = (
    "文件结构异常（含有正常工作簿没有的内容），不予接收。请用 Excel 或 WPS 另存为新的工作簿后上传。"
)
TOO_MUCH: Final = (
    "文件解压后内容过大，不予接收。请只保留要导入的数据，删去多余的行、列和工作表，或分成几个文件上传。"
)
TOO_WIDE_APART: Final = (
    "工作表范围过大，可能在离数据很远的行或列留有内容。请把数据区复制到新的工作表，或删去其余行列后重新上传。"
)
TOO_SLOW: Final = "文件读取时间过长，已停止。请删去多余的行、列和工作表，或分成几个文件上传。"
BUSY: Final = "正在核对的文件较多，请稍后重新上传。"
