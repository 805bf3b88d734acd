"""Learning at the window 云培训: content, courses, practice, examinations, policies, questions, certificates."""
