"""Salesforce over its REST service."""
