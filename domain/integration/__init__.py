"""Other systems that read from the centre: who may, and whom it calls when something has happened."""
