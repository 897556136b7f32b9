"""What is done to people, firms, memberships, invitations and staff."""
