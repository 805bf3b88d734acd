"""Tells people of a case what happened: in the app, by text message and by web push."""
