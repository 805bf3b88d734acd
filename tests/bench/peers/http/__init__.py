"""Peers over HTTP."""
