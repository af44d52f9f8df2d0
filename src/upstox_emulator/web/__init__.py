"""The pages a person sees: the login, the consent, and a front page."""
