"""What is read by SuiteQL over REST with OAuth 2.0: the way in that stays when SOAP and its tokens end."""
