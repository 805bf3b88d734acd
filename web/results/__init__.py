"""The result document as a PDF: what it says, and how it is set."""
