"""The table of clauses: what each asks, what is checked by machine, what a person has to check on paper. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

from portal.djbh import access, data, identity, trail
from portal.djbh.seen import Check

BOTH = frozenset({2, 3})
THREE = frozenset({3})


@dataclass(frozen=True)
class Clause:
    """One row: the `levels` that demand it, what a machine sees, and what is left to people."""

    id: str
    title: str
    levels: frozenset[int]
    check: Check
    paper: str


CLAUSES = (
    Clause(
        "IA-1",
        "身份标识唯一",
        BOTH,
        identity.one_account_one_person,
        "抽查账号清单与在岗人员名册，确认一人一号，没有共用",
    ),
    Clause(
        "IA-2",
        "口令复杂度、定期更换",
        BOTH,
        identity.passwords,
        "查看口令管理制度；服务器和数据库账号的口令同样执行",
    ),
    Clause(
        "IA-3",
        "登录失败处理",
        BOTH,
        identity.failed_logins,
        "查看锁定和解锁的处理记录，确认解锁前核实了本人",
    ),
    Clause("IA-4", "超时自动退出", BOTH, identity.sessions, "查看服务器控制台和数据库客户端的超时设置"),
    Clause(
        "IA-5",
        "远程管理防窃听",
        BOTH,
        identity.transport,
        "查看证书的签发机构和有效期；服务器只经 SSH 或堡垒机管理",
    ),
    Clause(
        "IA-6",
        "双因素鉴别",
        THREE,
        identity.second_factor,
        "确认第二因素采用密码技术并在商用密码应用方案中登记；恢复码由本人封存",
    ),
    Clause(
        "AC-1",
        "分配账户和权限",
        BOTH,
        access.declared,
        "审阅 tests/access.csv 的角色权限表，有签字的版本存档",
    ),
    Clause(
        "AC-2",
        "默认账户",
        BOTH,
        access.default_accounts,
        "确认操作系统、数据库、Redis 的默认账户已改名或停用，没有默认口令",
    ),
    Clause(
        "AC-3",
        "多余、过期账户",
        BOTH,
        access.unused_accounts,
        "每季度导出账号清单，由安全管理员与各单位核对并签字",
    ),
    Clause(
        "AC-4",
        "管理用户权限分离",
        BOTH,
        access.three_duties,
        "查看三类管理员的任命文件；服务器管理员与三类管理员的关系有书面规定",
    ),
    Clause("AC-5", "访问控制粒度", BOTH, access.scopes, "抽查两个单位的账号，互相看不到对方的事项和附件"),
    Clause(
        "AC-6",
        "安全标记",
        THREE,
        access.labels,
        "确认主体（人员）的知悉范围有书面规定，与系统中的角色一致",
    ),
    Clause("AU-1", "审计覆盖每个用户", BOTH, trail.coverage, "抽查三项重要操作，在审计记录中找到对应的一条"),
    Clause("AU-2", "审计记录字段", BOTH, trail.fields, "抽查记录的来源地址与实际使用的计算机一致"),
    Clause(
        "AU-3",
        "审计保护、定期备份",
        BOTH,
        trail.protection,
        "确认审计记录至少保存六个月的制度；链值的库外留存由审计管理员保管",
    ),
    Clause(
        "AU-4",
        "审计进程保护",
        THREE,
        trail.together_or_not,
        "确认数据库账号没有停用触发器以外的必要权限，停用触发器须两人在场",
    ),
    Clause(
        "IN-1",
        "数据有效性检验、最小安装",
        BOTH,
        data.validity,
        "确认服务器只装必要组件，只开放必要端口（附端口扫描结果）",
    ),
    Clause("IN-2", "管理终端限制", BOTH, data.terminals, "确认所列网段就是管理终端所在网段，终端有人专用"),
    Clause(
        "IN-3",
        "已知漏洞",
        BOTH,
        data.supported_versions,
        "附近一个月的漏洞扫描报告（操作系统、数据库、依赖组件），高危已修补",
    ),
    Clause(
        "MC-1",
        "恶意代码防范",
        BOTH,
        data.malicious_code,
        "确认服务器和管理终端安装防恶意代码软件，病毒库及时更新",
    ),
    Clause("DI-1", "传输和存储完整性", BOTH, data.integrity, "查看反向代理的 TLS 版本和算法配置"),
    Clause(
        "DC-1",
        "传输和存储保密性",
        BOTH,
        data.confidentiality,
        "密钥由专人保管、与数据分开、有更换记录；三级系统的密码算法经商用密码应用安全性评估",
    ),
    Clause(
        "BR-1",
        "数据备份恢复",
        BOTH,
        data.backups,
        "确认备份送到异地（三级为实时）；附最近一次恢复演练的记录，恢复用时不超过 30 分钟",
    ),
    Clause("RI-1", "剩余信息保护", BOTH, data.residual, "报废的磁盘经消磁或物理销毁，有登记"),
    Clause(
        "PI-1",
        "个人信息仅采集必需",
        BOTH,
        data.necessary_only,
        "对照个人信息采集登记表，逐项有目的和保存期限；有个人信息保护影响评估报告",
    ),
    Clause(
        "PI-2",
        "个人信息禁止未授权访问",
        BOTH,
        trail.nothing_in_clear,
        "抽查查看来件人身份的记录，每次都有用途且与办理有关",
    ),
    Clause(
        "CM-1",
        "集中管控、时间同步",
        THREE,
        trail.central_log,
        "在日志服务器上找到最近一条记录；日志保存至少六个月；安全管理中心有专用管理网段",
    ),
    Clause("CA-5", "工作日历", BOTH, data.calendar, "与国务院办公厅放假通知逐日核对"),
)
