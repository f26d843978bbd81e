"""Loaded into every Python program of a pod: a server that asks for all addresses gets the pod's own."""

import os
import socket

_pod_ip = os.environ.get("KEPLER_POD_IP")
_bind = socket.socket.bind


def _bind_on_pod_ip(self, address):
    if _pod_ip and self.family == socket.AF_INET and address[0] in ("", "0.0.0.0", "localhost"):
        address = (_pod_ip, address[1])
    return _bind(self, address)


if _pod_ip:
    socket.socket.bind = _bind_on_pod_ip
    socket.has_dualstack_ipv6 = lambda: False
