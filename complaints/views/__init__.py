"""Pages of the cases 企业诉求."""
