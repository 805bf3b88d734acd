"""A seeded world in virtual time: the real cores of server and devices, and a network, clocks and disks that fail."""
