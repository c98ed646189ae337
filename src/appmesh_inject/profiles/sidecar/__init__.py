"""What the profiles that add containers share."""
