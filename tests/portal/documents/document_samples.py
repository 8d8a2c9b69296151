"""Documents of the sample county, as realistic as the tests need them."""

from datetime import date

from portal.documents.model import (
    Align,
    Attachment,
    Chart,
    Column,
    CopyLine,
    DocumentKind,
    GroupRow,
    Heading,
    Imprint,
    Mark,
    OfficialDocument,
    Paragraph,
    Run,
    Table,
)

OFFICE = "云溪县优化营商环境工作领导小组办公室"

CHART_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 80" font-family="Nowhere" font-size="13">
<title>红黄灯事项较多的专班</title>
<defs><pattern id="h" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="1.2" height="4" fill="#fff"/></pattern></defs>
<text x="142" y="18" text-anchor="end">包容普惠创新</text>
<rect x="150" y="5" width="117" height="16" fill="#c8161d"/>
<rect x="150" y="5" width="117" height="16" fill="url(#h)"/>
<rect x="267" y="5" width="233" height="16" fill="#eaa93a"/>
<text x="506" y="18">2 / 4</text>
<text x="142" y="44" text-anchor="end">办理建筑许可</text>
<rect x="150" y="31" width="117" height="16" fill="#c8161d"/>
<rect x="267" y="31" width="175" height="16" fill="#eaa93a"/>
<text x="448" y="44">2 / 3</text>
<text x="142" y="70" text-anchor="end">获得用水用气</text>
<rect x="150" y="57" width="58" height="16" fill="#c8161d"/>
<text x="214" y="70">1 / 1</text>
<path d="M150 0V80" stroke="#333"/></svg>"""

LISTS = Table(
    caption="表1　各台账销号情况",
    columns=(
        Column("台　账", 4),
        Column("总数", 2, Align.CENTER),
        Column("已销号", 2, Align.CENTER),
        Column("销号率", 2, Align.CENTER),
        Column("红", 1, Align.CENTER),
        Column("黄", 1, Align.CENTER),
        Column("较上月", 2, Align.CENTER),
    ),
    rows=(
        ("对标提升年度目标", "103", "48", "47%", (Run("7", Mark.RED),), (Run("9", Mark.YELLOW),), "+5"),
        ("创新试点改革任务", "114", "52", "46%", (Run("1", Mark.RED),), (Run("10", Mark.YELLOW),), "+4"),
        ("省评反馈问题", "48", "21", "44%", (Run("1", Mark.RED),), (Run("4", Mark.YELLOW),), "+2"),
        ("领题调研指出问题", "23", "10", "43%", "0", (Run("2", Mark.YELLOW),), "+1"),
    ),
    total_row=("合　计", "288", "131", "45%", "9", "25", "+12"),
)

BULLETIN = OfficialDocument(
    kind=DocumentKind.BULLETIN,
    masthead="优化营商环境工作通报",
    issue_number=10,
    issuer=OFFICE,
    issued_on=date(2023, 11, 13),
    title="关于2023年10月份优化营商环境重点任务推进情况的通报",
    body=(
        Paragraph("现将2023年10月份全县优化营商环境重点任务推进情况通报如下。"),
        Heading(1, "一、总体情况"),
        Paragraph(
            "截至10月31日，全县16个指标专班承担任务和问题288项，已销号131项，销号率45%，较上月增加12项。其中，"
            "对标提升年度目标103项，销号48项；创新试点改革任务114项，销号52项；省评反馈问题48项，销号21项；"
            "领题调研指出问题23项，销号10项。"
        ),
        Paragraph(
            "未销号的157项中，绿灯118项、黄灯25项、红灯9项，未设时限5项。红灯较上月减少2项，"
            "办理建筑许可、包容普惠创新专班各2项。"
        ),
        Heading(1, "二、月报报送情况"),
        Paragraph(
            "10月份应报进展169项，截至11月10日封账已报162项，其中按时155项，按时率91.7%，较上月下降1.8个百分点。"
        ),
        Heading(1, "三、重点工作成效"),
        Paragraph(
            (
                Run("（一）政务服务。", Mark.KAI),
                Run("市县同权办件6165件，划转事项办件6083件，“免证办”事项148条，涉及27个部门。"),
            )
        ),
        Paragraph(
            (
                Run("（二）市场监管。", Mark.KAI),
                Run("部门联合抽查事项165项，占比93.22%；免予处罚281条，从轻、减轻处罚各23条。"),
            )
        ),
        Heading(2, "（三）惠企政策"),
        Paragraph(
            "全县梳理惠企政策事项70项，其中免申即享45项、即申即享25项；累计兑现资金3679.5万元，惠及企业1435家。"
        ),
        Heading(3, "1. 兑现进度"),
        Paragraph("免申即享平均兑现2.4个工作日，即申即享平均兑现6.1个工作日，均在承诺时限以内。"),
        LISTS,
        Heading(1, "四、存在问题"),
        Paragraph(
            "红黄灯事项主要集中在以下专班（见图1）。办理建筑许可专班并联审批率87.9%，距年度目标95%相差7.1个百分点；"
            "包容普惠创新专班人才公寓分配事项逾期未完成。"
        ),
        Chart("图1　红灯、黄灯事项较多的专班（红 / 黄，项）", CHART_SVG),
        Heading(1, "五、下步工作"),
        Paragraph(
            "有关专班要对照红灯事项逐项明确责任人和完成时限，于11月20日前将整改措施报县营商办。"
            "县营商办将会同县纪委、县政府督查室，对连续两个月亮红灯的事项开展联合督查。"
        ),
    ),
    copies_to=(
        CopyLine("报", "县委、县人大、县政府、县政协领导"),
        CopyLine("发", "各乡镇（街道），县直及驻县有关单位"),
    ),
    imprint=Imprint("云溪县营商办", date(2023, 11, 13)),
)

LETTER = OfficialDocument(
    kind=DocumentKind.LETTER,
    masthead=OFFICE,
    number="云营商办〔2023〕8号",
    issued_on=date(2023, 11, 8),
    title="关于对并联审批率提升事项予以督办的函",
    title_words=("并联审批率",),
    addressee="县住房和城乡建设局：",
    body=(
        Paragraph(
            "你单位牵头的“并联审批率提升至95%”（编号DB-011）要求于2023年10月31日前完成，截至目前完成率为87.9%，"
            "已逾期8天。经提醒、催办，仍未达到序时进度。现予以督办，有关要求如下。"
        ),
        Heading(1, "一、督办事项"),
        Paragraph("将人防、消防设计审查纳入并联审批，10月份数据按省级口径重新核对后报送。"),
        Heading(1, "二、办理要求"),
        Paragraph(
            "请于2023年11月17日前完成整改，将整改情况和佐证材料经主要负责同志签字后报送我办；逾期未完成的，按规定予以约谈。"
        ),
    ),
    signer=OFFICE,
    remark="（联系人：沈若宁，电话：0730-1234567）",
    attachments=(
        Attachment("督办事项清单", (LISTS,)),
        Attachment("整改情况反馈表", (Paragraph("请逐项填写整改措施、完成时限和责任人。"),)),
    ),
    copies_to=(
        CopyLine(
            "抄送",
            "县委办公室，县政府办公室，县纪委监委，县政府督查室，县委组织部，县优化营商环境工作领导小组各成员单位",
        ),
    ),
    imprint=Imprint(OFFICE, date(2023, 11, 8)),
)

SHEET = OfficialDocument(
    kind=DocumentKind.SHEET,
    title="云溪县优化营商环境指标长调度表",
    sheet_heads=(
        "2023年第11次　指标长：周启明　专班 4 个",
        "数据截至 2023年11月10日 18:00",
        "调度时间：11月16日 15:00　县政府 3 号会议室",
    ),
    sheet_feet=("县营商办制表　沈若宁", "审核　顾维舟", "2023年11月10日 18:20"),
    body=(
        Table(
            caption="",
            columns=(
                Column("序号", 4, Align.CENTER),
                Column("编号", 6),
                Column("红黄灯事项", 17),
                Column("责任单位", 9),
                Column("亮灯与原因", 12),
                Column("较上月", 11),
                Column("存在问题", 22),
                Column("提请协调", 22),
            ),
            rows=(
                GroupRow(
                    (
                        Run("办理建筑许可", Mark.HEI),
                        Run(
                            "　牵头 县住建局　24 项：红 2　黄 3　绿 11　蓝 8　｜　未报 3 项　｜　省评中游 ↑2"
                        ),
                    )
                ),
                (
                    "1",
                    "DB-011",
                    "并联审批率提升至 95%",
                    "县住建局",
                    (Run("红 逾期10天", Mark.RED),),
                    "85.2% → 87.9%",
                    "人防、消防未入并联；数据口径退回核对",
                    "请县国动办明确授权方式，11月20日前联调",
                ),
                (
                    "2",
                    "CX-026",
                    "数字化图纸联审平台上线",
                    "县行政审批局",
                    (Run("红 落后31点", Mark.RED),),
                    "40% → 42%",
                    "平台招标流标 1 次",
                    "请县财政局确认重新采购方式",
                ),
                GroupRow((Run("获得电力", Mark.HEI), Run("　牵头 县供电公司　14 项：黄 1　绿 5　蓝 8"))),
                (
                    "1",
                    "DB-017",
                    "低压非居民“零投资”接电",
                    "县供电公司",
                    (Run("黄 月报迟报", Mark.YELLOW),),
                    "78% → 80%",
                    "2 个台区改造物资未到",
                    "—",
                ),
            ),
        ),
        Table(
            caption="监测值落后项",
            columns=(
                Column("监测项", 4),
                Column("本月", 2, Align.CENTER),
                Column("对标", 2, Align.CENTER),
                Column("差距", 2, Align.CENTER),
            ),
            rows=(("并联审批率", "87.9%", "95%", "−7.1 点"), ("拿地即开工项目", "1 个", "3 个", "−2 个")),
        ),
    ),
)
