"""What can be done with a policy, a request, a limit, the appetite."""
