"""What the centre offers: items, their forms, papers, steps and conditions, as versioned data."""
