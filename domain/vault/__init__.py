"""What a person has shown the centre once and need not show again (材料库)."""
