import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.frozen_rows import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("portal", "0009_enterprise_name_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Complaint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("qr", "扫码反映"),
                            ("web", "网页"),
                            ("hotline", "12345热线"),
                            ("phone", "电话"),
                            ("letter", "来信"),
                            ("email", "电子邮件"),
                            ("wechat", "微信"),
                            ("counter", "办不成事窗口"),
                            ("visit", "走访"),
                            ("roundtable", "政企圆桌会"),
                            ("observer", "社会监督员"),
                            ("superior", "上级转办"),
                        ],
                        max_length=12,
                        verbose_name="来源渠道",
                    ),
                ),
                ("external_number", models.CharField(blank=True, max_length=40, verbose_name="来源编号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("inquiry", "咨询"),
                            ("help", "求助"),
                            ("suggestion", "建议"),
                            ("complaint", "投诉"),
                            ("report", "举报"),
                        ],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                (
                    "clock",
                    models.CharField(
                        choices=[
                            ("ordinary", "一般诉求"),
                            ("complex", "复杂或多单位诉求"),
                            ("arrears", "拖欠账款"),
                            ("petition", "信访事项"),
                        ],
                        default="ordinary",
                        max_length=12,
                        verbose_name="时限类别",
                    ),
                ),
                (
                    "problem_kind",
                    models.CharField(
                        choices=[
                            ("interference", "违法干预市场主体自主决策"),
                            ("inequality", "不平等对待市场主体"),
                            ("seizure", "违法查封、扣押、冻结财产"),
                            ("levy", "法外要求提供人财物"),
                            ("forced_rating", "强制参加评比、达标、培训、考试或借此收费"),
                            ("fees", "违法或在清单外收取基金、收费、保证金"),
                            ("broken_promise", "不履行政策承诺、合同约定或拖欠账款"),
                            ("hidden_permit", "变相设定或者实施行政许可"),
                            ("forced_agent", "指定中介服务机构或强制中介服务"),
                            ("unheard", "制定涉企政策不按规定听取意见"),
                            ("other", "其他损害营商环境的情形"),
                        ],
                        default="other",
                        max_length=16,
                        verbose_name="问题类型",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="标题")),
                ("text", models.TextField(max_length=10000, verbose_name="内容")),
                ("wishes", models.TextField(blank=True, max_length=2000, verbose_name="诉求")),
                (
                    "shared_title",
                    models.CharField(blank=True, max_length=120, verbose_name="标题（隐去身份）"),
                ),
                ("shared_text", models.TextField(blank=True, verbose_name="内容（隐去身份）")),
                ("shared_wishes", models.TextField(blank=True, verbose_name="诉求（隐去身份）")),
                (
                    "secrecy",
                    models.CharField(
                        choices=[("open", "公开"), ("secret", "保密")],
                        default="open",
                        max_length=8,
                        verbose_name="公开程度",
                    ),
                ),
                ("is_anonymous", models.BooleanField(default=False, verbose_name="匿名")),
                (
                    "urgency",
                    models.CharField(
                        choices=[("normal", "一般"), ("urgent", "紧急"), ("critical", "特急")],
                        default="normal",
                        max_length=10,
                        verbose_name="紧急程度",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("registered", "待受理"),
                            ("accepted", "待转办"),
                            ("assigned", "待签收"),
                            ("handling", "办理中"),
                            ("suspended", "已中止"),
                            ("awaiting_unit", "待单位确认"),
                            ("replied", "待审核"),
                            ("follow_up", "待回访"),
                            ("closed", "已办结"),
                            ("archived", "已归档"),
                            ("declined", "不予受理"),
                            ("merged", "已并案"),
                        ],
                        default="registered",
                        max_length=14,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("is_designated", models.BooleanField(default=False, verbose_name="已指定办理")),
                ("is_whistle", models.BooleanField(default=False, verbose_name="吹哨")),
                ("is_supervised", models.BooleanField(default=False, verbose_name="督办")),
                ("work_item_number", models.CharField(blank=True, max_length=20, verbose_name="转为事项")),
                ("received_at", models.DateTimeField(verbose_name="收到时间")),
                ("registered_on", models.DateField(verbose_name="登记日期")),
                ("decided_on", models.DateField(blank=True, null=True, verbose_name="受理决定日期")),
                ("accepted_on", models.DateField(blank=True, null=True, verbose_name="受理日期")),
                ("is_deemed_accepted", models.BooleanField(default=False, verbose_name="逾期视为受理")),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("litigation", "已经或应当通过诉讼、仲裁、行政复议解决"),
                            ("discipline", "反映党员干部违纪或职务违法犯罪"),
                            ("disclosure", "申请政府信息公开"),
                            ("petition", "已进入信访程序"),
                            ("secrets", "涉及国家秘密、商业秘密、个人隐私或违反公序良俗"),
                            ("settled", "已依法处理且结论合法合理，无新的事实和理由"),
                            ("market", "平等主体之间的民事、商事纠纷"),
                            ("consumer", "消费者权益争议"),
                            ("elsewhere", "不属于本县管辖"),
                            ("unclear", "事实不清且逾期未补充，无法办理"),
                            ("other", "其他依法不予受理的情形"),
                        ],
                        max_length=12,
                        verbose_name="不予受理情形",
                    ),
                ),
                ("decline_reason", models.CharField(blank=True, max_length=500, verbose_name="不予受理理由")),
                ("right_door", models.CharField(blank=True, max_length=300, verbose_name="应当向何处反映")),
                ("assigned_on", models.DateField(blank=True, null=True, verbose_name="转办日期")),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="签收日期")),
                ("contacted_at", models.DateTimeField(blank=True, null=True, verbose_name="首次联系时间")),
                ("replied_on", models.DateField(blank=True, null=True, verbose_name="答复日期")),
                ("reviewed_on", models.DateField(blank=True, null=True, verbose_name="审核日期")),
                ("followed_up_on", models.DateField(blank=True, null=True, verbose_name="回访日期")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="办结日期")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("resolved", "已解决"),
                            ("explained", "已解释说明"),
                            ("unresolved", "未能解决"),
                            ("terminated", "终止办理"),
                            ("withdrawn", "来件人撤回"),
                        ],
                        max_length=12,
                        verbose_name="办理结果",
                    ),
                ),
                ("resolved", models.BooleanField(blank=True, null=True, verbose_name="已解决")),
                (
                    "satisfaction",
                    models.CharField(
                        blank=True,
                        choices=[("very", "满意"), ("fairly", "基本满意"), ("not", "不满意")],
                        max_length=8,
                        verbose_name="满意度",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="当前环节时限")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="当前环节时限（时刻）")),
                ("due_provisional", models.BooleanField(default=False, verbose_name="时限暂定")),
                ("examine_due_on", models.DateField(blank=True, null=True, verbose_name="受理时限")),
                ("transfer_due_on", models.DateField(blank=True, null=True, verbose_name="转办时限")),
                ("contact_due_at", models.DateTimeField(blank=True, null=True, verbose_name="首次联系时限")),
                ("handle_from", models.DateTimeField(blank=True, null=True, verbose_name="办理起算")),
                ("handle_due_on", models.DateField(blank=True, null=True, verbose_name="办理时限")),
                (
                    "handle_due_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="办理时限（时刻）"),
                ),
                (
                    "handle_unit",
                    models.CharField(
                        blank=True,
                        choices=[("workday", "个工作日"), ("day", "日"), ("hour", "小时")],
                        max_length=8,
                        verbose_name="时限单位",
                    ),
                ),
                ("handle_provisional", models.BooleanField(default=False, verbose_name="办理时限暂定")),
                ("original_due_on", models.DateField(blank=True, null=True, verbose_name="原办理时限")),
                ("feedback_due_on", models.DateField(blank=True, null=True, verbose_name="审核反馈时限")),
                ("follow_up_due_on", models.DateField(blank=True, null=True, verbose_name="回访时限")),
                ("clock_stopped_on", models.DateField(blank=True, null=True, verbose_name="停止计时")),
                ("supplement_wanted", models.CharField(blank=True, max_length=500, verbose_name="待补充")),
                ("query_digest", models.CharField(blank=True, max_length=64, verbose_name="查询码摘要")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
                (
                    "enterprise",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaints",
                        to="portal.enterprise",
                        verbose_name="企业",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases_led",
                        to="portal.organisation",
                        verbose_name="主办单位",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="complaints.complaint",
                        verbose_name="并入",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "repeat_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repeats",
                        to="complaints.complaint",
                        verbose_name="重复反映",
                    ),
                ),
                (
                    "reported",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaints_about",
                        to="portal.organisation",
                        verbose_name="被反映单位",
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clues",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="社会监督员",
                    ),
                ),
                (
                    "shared_checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaints",
                        to="portal.topic",
                        verbose_name="领域",
                    ),
                ),
                (
                    "town",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organisation",
                        verbose_name="所在镇街园区",
                    ),
                ),
            ],
            options={
                "verbose_name": "诉求",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Enclosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("reporter", "来件人"), ("office", "营商办"), ("unit", "承办单位")],
                        max_length=10,
                        verbose_name="提供方",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("is_released", models.BooleanField(default=False, verbose_name="可供承办单位查看")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enclosures",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organisation",
                        verbose_name="提供单位",
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
                    ),
                ),
            ],
            options={
                "verbose_name": "材料",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Gathering",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("roundtable", "政企圆桌会"),
                            ("reception", "企业接待日"),
                            ("campaign", "大走访活动"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                ("start_on", models.DateField(verbose_name="开始日期")),
                ("end_on", models.DateField(verbose_name="结束日期")),
                ("place", models.CharField(blank=True, max_length=80, verbose_name="地点")),
                ("chair", models.CharField(blank=True, max_length=40, verbose_name="主持人")),
                ("summary", models.TextField(blank=True, verbose_name="情况")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "enterprises",
                    models.ManyToManyField(
                        blank=True, related_name="gatherings", to="portal.enterprise", verbose_name="参加企业"
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gatherings",
                        to="portal.organisation",
                        verbose_name="主办单位",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "政企活动",
                "ordering": ["-start_on", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="complaint",
            name="gathering",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="complaints",
                to="complaints.gathering",
                verbose_name="活动",
            ),
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=400, verbose_name="姓名")),
                ("phone", models.CharField(blank=True, max_length=300, verbose_name="电话")),
                ("company", models.CharField(blank=True, max_length=800, verbose_name="单位")),
                ("address", models.CharField(blank=True, max_length=1000, verbose_name="地址")),
                (
                    "phone_index",
                    models.CharField(blank=True, db_index=True, max_length=64, verbose_name="电话索引"),
                ),
                ("consented_at", models.DateTimeField(blank=True, null=True, verbose_name="同意告知书时间")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                ("erased_at", models.DateTimeField(blank=True, null=True, verbose_name="删除时间")),
                (
                    "complaint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identity",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
            ],
            options={
                "verbose_name": "来件人",
            },
        ),
        migrations.CreateModel(
            name="IdentityRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                ("motive", models.CharField(max_length=300, verbose_name="用途")),
                (
                    "state",
                    models.CharField(
                        choices=[("requested", "待审批"), ("granted", "已同意"), ("refused", "未同意")],
                        default="requested",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="审批时间")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="审批意见")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="有效至")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identity_requests",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审批人",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identity_requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
            ],
            options={
                "verbose_name": "身份查看申请",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="IdentityLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="用途")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identity_looks",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="查看人",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="looks",
                        to="complaints.identityrequest",
                        verbose_name="申请",
                    ),
                ),
            ],
            options={
                "verbose_name": "身份查看记录",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="IntakePoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("enterprise", "一企一码"),
                            ("window", "一窗一码"),
                            ("station", "监测站点"),
                            ("place", "公共场所"),
                        ],
                        default="place",
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=80, verbose_name="地点")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="建立人",
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="intake_points",
                        to="portal.enterprise",
                        verbose_name="企业",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="intake_points",
                        to="portal.organisation",
                        verbose_name="所属单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "扫码点位",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddField(
            model_name="complaint",
            name="intake_point",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="complaints",
                to="complaints.intakepoint",
                verbose_name="扫码点位",
            ),
        ),
        migrations.CreateModel(
            name="IntakeScan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="日期")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="次数")),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scans",
                        to="complaints.intakepoint",
                        verbose_name="点位",
                    ),
                ),
            ],
            options={
                "verbose_name": "扫码次数",
            },
        ),
        migrations.CreateModel(
            name="Pairing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(verbose_name="开始日期")),
                ("until", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="安排人",
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pairings",
                        to="portal.enterprise",
                        verbose_name="企业",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pairings",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="包联人",
                    ),
                ),
            ],
            options={
                "verbose_name": "包联",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="QuestionnaireWave",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="代码")),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                ("start_on", models.DateField(verbose_name="开始日期")),
                ("end_on", models.DateField(verbose_name="结束日期")),
                ("method", models.CharField(blank=True, max_length=60, verbose_name="方式")),
                ("sent", models.PositiveIntegerField(default=0, verbose_name="发放")),
                ("answered", models.PositiveIntegerField(default=0, verbose_name="有效问卷")),
                ("source", models.CharField(blank=True, max_length=120, verbose_name="来源")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "满意度调查",
                "ordering": ["-end_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="QuestionnaireResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("very", models.PositiveIntegerField(default=0, verbose_name="满意")),
                ("fairly", models.PositiveIntegerField(default=0, verbose_name="基本满意")),
                ("unsatisfied", models.PositiveIntegerField(default=0, verbose_name="不满意")),
                ("unknown", models.PositiveIntegerField(default=0, verbose_name="不了解")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="survey_results",
                        to="portal.organisation",
                        verbose_name="单位",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="complaints.questionnairewave",
                        verbose_name="调查",
                    ),
                ),
            ],
            options={
                "verbose_name": "调查结果",
                "ordering": ["organisation__order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(verbose_name="轮次")),
                (
                    "satisfaction",
                    models.CharField(
                        choices=[("very", "满意"), ("fairly", "基本满意"), ("not", "不满意")],
                        max_length=8,
                        verbose_name="满意度",
                    ),
                ),
                ("resolved", models.BooleanField(verbose_name="已解决")),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                ("at", models.DateTimeField(verbose_name="评价时间")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ratings",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
            ],
            options={
                "verbose_name": "评价",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Recusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="解除时间")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recusals",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="解除人",
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="决定人",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recusals",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="回避人",
                    ),
                ),
            ],
            options={
                "verbose_name": "回避",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("text", models.TextField(verbose_name="答复")),
                ("measures", models.TextField(blank=True, verbose_name="办理过程")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("resolved", "已解决"),
                            ("explained", "已解释说明"),
                            ("unresolved", "未能解决"),
                            ("terminated", "终止办理"),
                            ("withdrawn", "来件人撤回"),
                        ],
                        max_length=12,
                        verbose_name="办理结果",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待单位确认"),
                            ("confirmed", "待审核"),
                            ("passed", "已答复"),
                            ("returned", "已退回"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="拟稿时间")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                ("reviewed_at", models.DateTimeField(null=True, verbose_name="审核时间")),
                ("opinion", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organisation",
                        verbose_name="答复单位",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟稿人",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
                    ),
                ),
            ],
            options={
                "verbose_name": "答复",
                "ordering": ["complaint", "-version"],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("started_on", models.DateField(verbose_name="起算日期")),
                ("original_due_on", models.DateField(blank=True, null=True, verbose_name="原办理时限")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="办理时限")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="办理时限（时刻）")),
                ("provisional", models.BooleanField(default=False, verbose_name="暂定")),
                ("extended_on", models.DateField(blank=True, null=True, verbose_name="延期批准日期")),
                ("replied_on", models.DateField(blank=True, null=True, verbose_name="答复日期")),
                ("is_late", models.BooleanField(blank=True, null=True, verbose_name="逾期答复")),
                (
                    "workdays",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="办理工作日"),
                ),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("resolved", "已解决"),
                            ("explained", "已解释说明"),
                            ("unresolved", "未能解决"),
                            ("terminated", "终止办理"),
                            ("withdrawn", "来件人撤回"),
                        ],
                        max_length=12,
                        verbose_name="办理结果",
                    ),
                ),
                ("is_effective", models.BooleanField(blank=True, null=True, verbose_name="有效回访")),
                ("resolved", models.BooleanField(blank=True, null=True, verbose_name="已解决")),
                (
                    "satisfaction",
                    models.CharField(
                        blank=True,
                        choices=[("very", "满意"), ("fairly", "基本满意"), ("not", "不满意")],
                        max_length=8,
                        verbose_name="满意度",
                    ),
                ),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organisation",
                        verbose_name="主办单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "办理轮次",
                "ordering": ["complaint", "number"],
            },
        ),
        migrations.CreateModel(
            name="StandardReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=60, unique=True, verbose_name="名称")),
                ("body", models.TextField(verbose_name="正文")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("inquiry", "咨询"),
                            ("help", "求助"),
                            ("suggestion", "建议"),
                            ("complaint", "投诉"),
                            ("report", "举报"),
                        ],
                        max_length=12,
                        verbose_name="适用类型",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="修改时间")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.topic",
                        verbose_name="适用领域",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="修改人",
                    ),
                ),
            ],
            options={
                "verbose_name": "常用答复",
                "ordering": ["title"],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=40, verbose_name="来源")),
                ("key", models.CharField(max_length=80, verbose_name="幂等键")),
                ("digest", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("receipt", models.CharField(blank=True, max_length=300, verbose_name="回执")),
                ("created_at", models.DateTimeField(db_index=True, verbose_name="时间")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="submissions",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
            ],
            options={
                "verbose_name": "提交记录",
            },
        ),
        migrations.CreateModel(
            name="TimeLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("any", "各类诉求"),
                            ("inquiry", "咨询"),
                            ("help", "求助"),
                            ("suggestion", "建议"),
                            ("complaint", "投诉"),
                            ("report", "举报"),
                            ("complex", "复杂或多单位诉求"),
                            ("urgent", "紧急诉求"),
                            ("critical", "特急诉求"),
                            ("arrears", "拖欠账款"),
                            ("petition", "信访事项"),
                        ],
                        max_length=12,
                        verbose_name="诉求类别",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("examine", "受理审查"),
                            ("transfer", "转办"),
                            ("sign", "签收"),
                            ("return", "退回"),
                            ("contact", "首次联系"),
                            ("handle", "办理"),
                            ("most", "办理最长"),
                            ("assist", "协办"),
                            ("feedback", "答复审核反馈"),
                            ("follow_up", "回访"),
                        ],
                        max_length=12,
                        verbose_name="环节",
                    ),
                ),
                ("amount", models.PositiveSmallIntegerField(verbose_name="时限")),
                (
                    "unit",
                    models.CharField(
                        choices=[("workday", "个工作日"), ("day", "日"), ("hour", "小时")],
                        max_length=8,
                        verbose_name="单位",
                    ),
                ),
                ("source", models.CharField(max_length=120, verbose_name="依据")),
                ("valid_from", models.DateField(verbose_name="生效日期")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="失效日期")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="制定时间")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="制定人",
                    ),
                ),
            ],
            options={
                "verbose_name": "办理时限",
                "ordering": ["kind", "step", "-valid_from"],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                ("on", models.DateField(verbose_name="走访日期")),
                ("companions", models.CharField(blank=True, max_length=200, verbose_name="同行人员")),
                ("place", models.CharField(blank=True, max_length=80, verbose_name="地点")),
                ("situation", models.TextField(blank=True, verbose_name="经营情况")),
                ("policies_told", models.TextField(blank=True, verbose_name="宣讲政策")),
                ("has_demands", models.BooleanField(default=False, verbose_name="有诉求")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="portal.enterprise",
                        verbose_name="企业",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "visitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="走访人",
                    ),
                ),
            ],
            options={
                "verbose_name": "走访",
                "ordering": ["-on", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="complaint",
            name="visit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="complaints",
                to="complaints.visit",
                verbose_name="走访",
            ),
        ),
        migrations.CreateModel(
            name="WhistleCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "进行中"), ("closed", "已办结")],
                        default="open",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("task", models.CharField(max_length=500, verbose_name="吹哨事由")),
                ("called_on", models.DateField(verbose_name="吹哨日期")),
                ("respond_due_on", models.DateField(verbose_name="报到时限")),
                ("result", models.TextField(blank=True, verbose_name="办理结果")),
                ("closed_on", models.DateField(null=True, verbose_name="办结日期")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "called_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="吹哨人",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办结人",
                    ),
                ),
                (
                    "complaint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="whistle",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
            ],
            options={
                "verbose_name": "吹哨",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ClockStop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                (
                    "kind",
                    models.CharField(
                        choices=[("supplement", "等待补充"), ("suspension", "中止办理")],
                        max_length=12,
                        verbose_name="种类",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="原因")),
                ("from_on", models.DateField(verbose_name="自")),
                ("to_on", models.DateField(blank=True, null=True, verbose_name="至")),
                (
                    "restarted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="恢复人",
                    ),
                ),
                (
                    "stopped_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="决定人",
                    ),
                ),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stops",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
            ],
            options={
                "verbose_name": "停止计时",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("to_on", None)),
                        fields=("complaint",),
                        name="complaints_clockstop_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on", None), ("to_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="complaints_clockstop_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("action", models.CharField(max_length=24, verbose_name="动作")),
                ("actor_name", models.CharField(max_length=40, verbose_name="姓名")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("registered", "待受理"),
                            ("accepted", "待转办"),
                            ("assigned", "待签收"),
                            ("handling", "办理中"),
                            ("suspended", "已中止"),
                            ("awaiting_unit", "待单位确认"),
                            ("replied", "待审核"),
                            ("follow_up", "待回访"),
                            ("closed", "已办结"),
                            ("archived", "已归档"),
                            ("declined", "不予受理"),
                            ("merged", "已并案"),
                        ],
                        max_length=14,
                        verbose_name="原状态",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("registered", "待受理"),
                            ("accepted", "待转办"),
                            ("assigned", "待签收"),
                            ("handling", "办理中"),
                            ("suspended", "已中止"),
                            ("awaiting_unit", "待单位确认"),
                            ("replied", "待审核"),
                            ("follow_up", "待回访"),
                            ("closed", "已办结"),
                            ("archived", "已归档"),
                            ("declined", "不予受理"),
                            ("merged", "已并案"),
                        ],
                        max_length=14,
                        verbose_name="新状态",
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[("units", "承办单位可见"), ("office", "仅营商办可见")],
                        default="units",
                        max_length=8,
                        verbose_name="范围",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="说明")),
                ("public_text", models.TextField(blank=True, verbose_name="告知来件人")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organisation",
                        verbose_name="单位",
                    ),
                ),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
            ],
            options={
                "verbose_name": "办理经过",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["complaint", "id"], name="complaints_event_case"),
                    models.Index(fields=["action", "at"], name="complaints_event_action"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                (
                    "role",
                    models.CharField(
                        choices=[("lead", "主办"), ("assist", "协办")], max_length=8, verbose_name="职责"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "待签收"),
                            ("signed", "办理中"),
                            ("answered", "已提交意见"),
                            ("done", "已办结"),
                            ("returned", "已退回"),
                            ("recalled", "已收回"),
                        ],
                        default="sent",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("masked", models.BooleanField(default=False, verbose_name="隐去身份")),
                ("is_designated", models.BooleanField(default=False, verbose_name="指定")),
                ("instruction", models.CharField(blank=True, max_length=500, verbose_name="办理要求")),
                ("assigned_at", models.DateTimeField(verbose_name="转办时间")),
                ("assigned_on", models.DateField(verbose_name="转办日期")),
                ("sign_due_on", models.DateField(blank=True, null=True, verbose_name="签收时限")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="办理时限")),
                ("due_provisional", models.BooleanField(default=False, verbose_name="暂定")),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="签收日期")),
                ("returned_on", models.DateField(blank=True, null=True, verbose_name="退回日期")),
                ("return_reason", models.CharField(blank=True, max_length=500, verbose_name="退回理由")),
                ("answer", models.TextField(blank=True, verbose_name="意见")),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="提交日期")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "assigned_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="转办人",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="portal.organisation",
                        verbose_name="单位",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签收人",
                    ),
                ),
                (
                    "suggested",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organisation",
                        verbose_name="建议单位",
                    ),
                ),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
            ],
            options={
                "verbose_name": "转办",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["organisation", "complaint"], name="complaints_assignment_unit"),
                    models.Index(fields=["assigned_on"], name="complaints_assignment_day"),
                    models.Index(
                        condition=models.Q(("state__in", ["sent", "signed"])),
                        fields=["organisation", "due_on"],
                        name="complaints_assignment_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["sent", "signed", "answered"])),
                        fields=("complaint", "organisation"),
                        name="complaints_assignment_once",
                        violation_error_message="该单位已在办理此件",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("role", "lead"), ("state__in", ["sent", "signed"])),
                        fields=("complaint",),
                        name="complaints_assignment_one_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "returned"), _negated=True),
                            models.Q(("return_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="complaints_assignment_returned_has_reason",
                        violation_error_message="退回必须写明理由",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rung",
                    models.CharField(
                        choices=[("supervise", "督办"), ("talk", "约谈"), ("circulate", "通报")],
                        max_length=10,
                        verbose_name="文种",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "待签发"), ("issued", "已签发"), ("dismissed", "不予发出")],
                        default="proposed",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("occasion", models.SlugField(max_length=80, unique=True, verbose_name="事由键")),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="文号")),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="签发日期")),
                ("reply_by", models.DateField(blank=True, null=True, verbose_name="反馈时限")),
                ("dismissal_reason", models.CharField(blank=True, max_length=300, verbose_name="不发理由")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organisation",
                        verbose_name="发往单位",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签发人",
                    ),
                ),
            ],
            options={
                "verbose_name": "诉求督办",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("number",),
                        name="complaints_escalation_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "issued"), _negated=True),
                            models.Q(("number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="complaints_escalation_issued",
                        violation_error_message="签发的督办必须有文号",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("days", models.PositiveSmallIntegerField(verbose_name="延长")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "待审批"),
                            ("approved", "已同意"),
                            ("refused", "未同意"),
                            ("lapsed", "已失效"),
                        ],
                        default="requested",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("old_due_on", models.DateField(null=True, verbose_name="原时限")),
                ("new_due_on", models.DateField(blank=True, null=True, verbose_name="新时限")),
                ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="审批时间")),
                ("decision", models.CharField(blank=True, max_length=300, verbose_name="审批意见")),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extensions",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审批人",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organisation",
                        verbose_name="申请单位",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
            ],
            options={
                "verbose_name": "延期申请",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "requested")),
                        fields=("complaint",),
                        name="complaints_extension_one_pending",
                        violation_error_message="已有一项待审批的延期申请",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", 1)), name="complaints_extension_days"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("on", models.DateField(db_index=True, verbose_name="回访日期")),
                ("at", models.DateTimeField(verbose_name="登记时间")),
                ("reachable", models.BooleanField(verbose_name="联系上")),
                ("refused", models.BooleanField(default=False, verbose_name="拒绝评价")),
                ("resolved", models.BooleanField(blank=True, null=True, verbose_name="已解决")),
                (
                    "satisfaction",
                    models.CharField(
                        blank=True,
                        choices=[("very", "满意"), ("fairly", "基本满意"), ("not", "不满意")],
                        max_length=8,
                        verbose_name="满意度",
                    ),
                ),
                ("is_justified", models.BooleanField(blank=True, null=True, verbose_name="不满意理由成立")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="回访人",
                    ),
                ),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="complaints.complaint",
                        verbose_name="诉求",
                    ),
                ),
            ],
            options={
                "verbose_name": "回访",
                "ordering": ["complaint", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reachable", False),
                            ("refused", True),
                            models.Q(
                                ("resolved__isnull", False), models.Q(("satisfaction", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="complaints_followup_answered",
                        violation_error_message="联系上的须登记是否解决和满意程度",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="gathering",
            constraint=models.CheckConstraint(
                condition=models.Q(("end_on__gte", models.F("start_on"))),
                name="complaints_gathering_period",
                violation_error_message="结束日期不能早于开始日期",
            ),
        ),
        migrations.AddConstraint(
            model_name="identity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None),
                    models.Q(
                        ("address", ""), ("company", ""), ("name", ""), ("phone", ""), ("phone_index", "")
                    ),
                    _connector="OR",
                ),
                name="complaints_identity_erased_is_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="identityrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "requested")),
                fields=("complaint", "requested_by"),
                name="complaints_identityrequest_one_pending",
                violation_error_message="已有一项待审批的申请",
            ),
        ),
        migrations.AddConstraint(
            model_name="identityrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "granted"), _negated=True),
                    ("expires_at__isnull", False),
                    _connector="OR",
                ),
                name="complaints_identityrequest_granted_ends",
            ),
        ),
        migrations.AddIndex(
            model_name="identitylook",
            index=models.Index(fields=["person", "at"], name="complaints_look_person"),
        ),
        migrations.AddConstraint(
            model_name="intakepoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "enterprise"), _negated=True),
                    ("enterprise__isnull", False),
                    _connector="OR",
                ),
                name="complaints_point_enterprise_named",
                violation_error_message="一企一码须选择企业",
            ),
        ),
        migrations.AddConstraint(
            model_name="intakescan",
            constraint=models.UniqueConstraint(fields=("point", "on"), name="complaints_scan_once"),
        ),
        migrations.AddConstraint(
            model_name="pairing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)),
                fields=("person", "enterprise"),
                name="complaints_pairing_once",
                violation_error_message="该企业已由此人包联",
            ),
        ),
        migrations.AddConstraint(
            model_name="pairing",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                name="complaints_pairing_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnairewave",
            constraint=models.CheckConstraint(
                condition=models.Q(("end_on__gte", models.F("start_on"))), name="complaints_wave_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnairewave",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered__lte", models.F("sent")), ("sent", 0), _connector="OR"),
                name="complaints_wave_answered",
                violation_error_message="有效问卷不能多于发放数",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaireresult",
            constraint=models.UniqueConstraint(
                fields=("wave", "organisation"), name="complaints_result_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.UniqueConstraint(fields=("complaint", "round"), name="complaints_rating_once"),
        ),
        migrations.AddIndex(
            model_name="recusal",
            index=models.Index(
                condition=models.Q(("lifted_at", None)), fields=["person"], name="complaints_recusal_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="recusal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)),
                fields=("complaint", "person"),
                name="complaints_recusal_once",
                violation_error_message="此人已回避",
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.UniqueConstraint(
                fields=("complaint", "version"), name="complaints_reply_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "confirmed"])),
                fields=("complaint",),
                name="complaints_reply_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="round",
            index=models.Index(fields=["started_on"], name="complaints_round_started"),
        ),
        migrations.AddIndex(
            model_name="round",
            index=models.Index(fields=["due_on"], name="complaints_round_due"),
        ),
        migrations.AddIndex(
            model_name="round",
            index=models.Index(fields=["replied_on"], name="complaints_round_replied"),
        ),
        migrations.AddIndex(
            model_name="round",
            index=models.Index(fields=["ended_on"], name="complaints_round_ended"),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.UniqueConstraint(fields=("complaint", "number"), name="complaints_round_once"),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(fields=("source", "key"), name="complaints_submission_once"),
        ),
        migrations.AddConstraint(
            model_name="timelimit",
            constraint=models.UniqueConstraint(
                fields=("kind", "step", "valid_from"), name="complaints_timelimit_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="timelimit",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 1), ("amount__lte", 366)),
                name="complaints_timelimit_amount",
                violation_error_message="时限应在 1 到 366 之间",
            ),
        ),
        migrations.AddConstraint(
            model_name="timelimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="complaints_timelimit_period",
                violation_error_message="失效日期不能早于生效日期",
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["enterprise", "on"], name="complaints_visit_enterprise"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["visitor", "on"], name="complaints_visit_visitor"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(
                fields=("enterprise", "visitor", "on"),
                name="complaints_visit_once",
                violation_error_message="该人员当日对此企业的走访已登记",
            ),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["state", "id"], name="complaints_case_state"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["lead", "id"], name="complaints_case_lead"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["topic", "id"], name="complaints_case_topic"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["enterprise", "id"], name="complaints_case_enterprise"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["registered_on"], name="complaints_case_registered"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["accepted_on"], name="complaints_case_accepted"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["decided_on"], name="complaints_case_decided"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["closed_on"], name="complaints_case_closed"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["contact_due_at"], name="complaints_case_contact"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "accepted",
                            "assigned",
                            "awaiting_unit",
                            "follow_up",
                            "handling",
                            "registered",
                            "replied",
                            "suspended",
                        ],
                    )
                ),
                fields=["due_on", "id"],
                name="complaints_case_open_due",
            ),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "accepted",
                            "assigned",
                            "awaiting_unit",
                            "follow_up",
                            "handling",
                            "registered",
                            "replied",
                            "suspended",
                        ],
                    )
                ),
                fields=["lead", "due_on"],
                name="complaints_case_open_lead",
            ),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(
                condition=models.Q(("reporter__isnull", False)),
                fields=["reporter", "id"],
                name="complaints_case_clue",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.UniqueConstraint(
                condition=models.Q(("query_digest", ""), _negated=True),
                fields=("query_digest",),
                name="complaints_complaint_query",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_number", ""), _negated=True),
                fields=("channel", "external_number"),
                name="complaints_complaint_external",
                violation_error_message="该来源编号已登记过",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["assigned", "handling", "suspended", "awaiting_unit", "replied"]),
                        _negated=True,
                    ),
                    ("lead__isnull", False),
                    _connector="OR",
                ),
                name="complaints_complaint_lead",
                violation_error_message="转办必须选择主办单位",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["archived", "closed"]), _negated=True),
                    ("closed_on__isnull", False),
                    _connector="OR",
                ),
                name="complaints_complaint_closed",
                violation_error_message="办结必须有办结日期",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "declined"), _negated=True),
                    models.Q(
                        models.Q(("ground", ""), _negated=True),
                        models.Q(("decline_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="complaints_complaint_declined",
                violation_error_message="不予受理必须有情形和理由",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "merged"), _negated=True),
                    ("merged_into__isnull", False),
                    _connector="OR",
                ),
                name="complaints_complaint_merged",
                violation_error_message="并案必须有并入的诉求",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None),
                    models.Q(("merged_into", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="complaints_complaint_not_itself",
                violation_error_message="不能并入自身",
            ),
        ),
        migrations.AddConstraint(
            model_name="whistlecall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "closed"), _negated=True),
                    ("closed_on__isnull", False),
                    _connector="OR",
                ),
                name="complaints_whistle_closed",
            ),
        ),
        append_only("complaints_caseevent", "办理经过只能追加，不得修改"),
        append_only("complaints_identitylook", "身份查看记录只能追加，不得修改"),
    ]
