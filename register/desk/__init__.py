"""The desk: pages for work with a customer waiting. They live on the admin site."""
