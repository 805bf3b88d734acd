"""The demonstration centre: invented people and cases in every state, recorded through real commands."""
