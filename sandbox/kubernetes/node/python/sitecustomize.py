"""Loaded into every Python program of a pod: it serves on the pod's own address, and calls into the cluster leave from there."""

import os
import socket

_pod_ip = os.environ.get("KEPLER_POD_IP")
_bind = socket.socket.bind
_connect = socket.socket.connect


def _bind_on_pod_ip(self, address):
    if _pod_ip and self.family == socket.AF_INET and address[0] in ("", "0.0.0.0", "localhost"):
        address = (_pod_ip, address[1])
    return _bind(self, address)


def _connect_from_pod_ip(self, address):
    inside = self.family == socket.AF_INET and self.type == socket.SOCK_STREAM and str(address[0]).startswith("127.")
    if inside and self.getsockname()[1] == 0:
        _bind(self, (_pod_ip, 0))
    return _connect(self, address)


if _pod_ip:
    socket.socket.bind = _bind_on_pod_ip
    socket.socket.connect = _connect_from_pod_ip
    socket.has_dualstack_ipv6 = lambda: False
