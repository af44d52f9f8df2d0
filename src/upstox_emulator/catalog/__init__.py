"""What can be traded: instruments built from rules and facts."""
