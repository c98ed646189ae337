"""What the proxies of profile `standalone` cost while traffic flows, over the smallest configuration that forwards."""
