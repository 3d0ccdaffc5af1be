"""What would have come without each trigger, threat and agent."""
