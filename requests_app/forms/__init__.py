"""Forms: what the public is asked, and what staff choose at each step."""
