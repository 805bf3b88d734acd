"""What whoever runs the centre is told: how all of it stands, and what needs them."""
