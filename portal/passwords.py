"""Password rules (GB/T 22239-2019 身份鉴别)."""
