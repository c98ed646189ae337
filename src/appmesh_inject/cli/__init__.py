"""The command line. The Lambda function never imports it."""
