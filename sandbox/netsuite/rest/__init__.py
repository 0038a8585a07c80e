"""What the account answers beside SOAP: the bot's RESTlet, OAuth 2.0 tokens and SuiteQL over REST."""
