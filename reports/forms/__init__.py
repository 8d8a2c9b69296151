"""What people enter about documents and assessments."""
