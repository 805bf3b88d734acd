"""Ways of signing in beside the code and the password, and what concerns a session once it is open."""
