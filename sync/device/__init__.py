"""The device's side of `doorstep.sync.1` without sockets, timers or storage: events in, actions out."""

from sync.device.core import DeviceCore, Patience

__all__ = ["DeviceCore", "Patience"]
