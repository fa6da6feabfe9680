"""The service's doors: requests are checked and converted, handed to the sessions, and their answers converted back."""
