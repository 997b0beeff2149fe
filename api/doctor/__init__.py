"""`dateline doctor`: is everything there that the settings want, and does it fit together? Nothing is changed."""
