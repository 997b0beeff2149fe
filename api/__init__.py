"""The doors: HTTP, the chat page, the command line."""
