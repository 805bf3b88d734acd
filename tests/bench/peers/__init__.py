"""Other programs with which ours is compared: put up and filled."""
