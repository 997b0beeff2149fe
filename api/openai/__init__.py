"""The OpenAI-compatible door: chat completions, responses, models, and what Open WebUI asks besides."""
