"""An invented season, for demonstrations and tests. Nothing of it is about anybody."""
