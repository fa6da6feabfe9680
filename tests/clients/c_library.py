"""The C interface of the C++ client, called from Python."""

import ctypes
import json

RETURN_HANDLES = ("client_new", "setup", "open", "ask", "tell_and_ask", "prefetcher_new", "prefetcher_next", "call")
SECONDS = 10.0
"""Deadline of every call."""


class Error(ctypes.Structure):
    """How a call ended: `aepsych_error`."""

    _fields_ = (
        ("code", ctypes.c_int32),
        ("retryable", ctypes.c_int32),
        ("finished", ctypes.c_int32),
        ("code_name", ctypes.c_char * 32),
        ("reason", ctypes.c_char * 64),
        ("request_id", ctypes.c_char * 64),
        ("message", ctypes.c_char * 1024),
        ("violations", ctypes.c_char * 4096),
        ("metadata", ctypes.c_char * 1024),
    )


class Library:
    """A loaded library: `library.ask(experiment, fixed)` calls `aepsych_ask` and leaves how it ended in `error`.

    Handles are None or a c_void_p, texts are bytes and numbers of C's double floats.
    """

    def __init__(self, path):
        self.path = str(path)
        self.raw = ctypes.CDLL(self.path)
        for name in RETURN_HANDLES:
            getattr(self.raw, f"aepsych_{name}").restype = ctypes.c_void_p
        self.error = Error()

    def __getattr__(self, name):
        function = getattr(self.raw, f"aepsych_{name}")

        def call(*arguments):
            given = [ctypes.c_double(item) if isinstance(item, float) else item for item in arguments]
            found = function(*given, ctypes.byref(self.error))
            return ctypes.c_void_p(found) if found and name in RETURN_HANDLES else found

        return call

    def client(self, target, *, token=b"", certificates=b"", seconds=SECONDS):
        """Return a client of the server at a target."""
        return self.client_new(target.encode(), token, 0, certificates, seconds)

    def answer(self, client, method, request="{}"):
        """Return the answer to a call of the contract by name, as JSON is read; None if it fails."""
        text = self.call(client, method.encode(), request.encode())
        if text is None:
            return None
        answer = json.loads(ctypes.string_at(text))
        self.raw.aepsych_text_free(text)
        return answer
