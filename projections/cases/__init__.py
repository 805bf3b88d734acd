"""What is shown of a case: how each fact changes it, one module a family of facts, and the documents made of it."""
