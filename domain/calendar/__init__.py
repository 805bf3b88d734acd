"""Working days of the People's Republic of China and the time limits counted in them."""
