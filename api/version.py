"""The version of Dateline, as installed."""

from importlib.metadata import version

VERSION = version("dateline")
