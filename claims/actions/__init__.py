"""What can be done with a claim: by the firm (claim, item, paper) and by the claims handler (handling)."""
