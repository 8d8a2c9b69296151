"""What every API endpoint shares: permission, paging, throttling, the shape of errors."""
