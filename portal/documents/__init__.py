"""Official documents after GB/T 9704-2012 as DOCX and PDF, from one frozen description."""
