"""The devices that people work on: what each has confirmed to hold, what it still owes, and what was set aside."""
