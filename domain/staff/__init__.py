"""Staff: who works at the centre, in which roles, and for which items they are qualified."""
