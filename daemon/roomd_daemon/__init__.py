"""What roomd does."""
