"""What the actions on documents are called in the audit trail. Pure data."""

ACTION_LABELS = {
    "bulletin.draft": "起草通报",
    "bulletin.refresh": "重新取数",
    "bulletin.edit": "修改通报",
    "bulletin.name_units": "确认点名单位",
    "bulletin.submit": "通报送审",
    "bulletin.return": "退回通报",
    "bulletin.issue": "签发通报",
    "bulletin.supersede": "通报被更正",
    "bulletin.download": "下载通报",
    "figure.export": "导出明细",
    "sample.load": "载入示例县数据",
}
