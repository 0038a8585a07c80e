"""News for channels and people: found in what a sync wrote and as days pass, told as subscriptions want it."""
