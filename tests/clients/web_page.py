"""A page in a headless Chromium that makes the calls which it is given, to a server of another origin than its own."""

import json
import queue
import subprocess
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

PROGRAM = "chromium"
PATIENCE = 60.0
"""Seconds that a call may take, the start of the browser included."""

PAGE = """<!doctype html><meta charset="utf-8"><title>Calls</title><script type="module">
for (;;) {
  const call = await (await fetch("/call")).json();
  let answer;
  try {
    const headers = {"Content-Type": "application/json", "Connect-Protocol-Version": "1", ...call.headers};
    const response = await fetch(call.url, {method: "POST", headers, body: JSON.stringify(call.request)});
    answer = {status: response.status, body: await response.json()};
  } catch (error) {
    answer = {status: 0, body: String(error)};
  }
  await fetch("/answer", {method: "POST", body: JSON.stringify(answer)});
}
</script>"""


class WebPage:
    """A browser with the page; it is closed at the end of a `with`."""

    def __init__(self) -> None:
        self._calls: queue.Queue[dict[str, Any]] = queue.Queue()
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/call":
                    self._send("application/json", json.dumps(page._calls.get()))
                else:
                    self._send("text/html", PAGE)

            def do_POST(self) -> None:
                page._answers.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._send("text/plain", "")

            def _send(self, content_type: str, text: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True  # the page waits for its next call to the end
        Thread(target=self._server.serve_forever, daemon=True).start()
        self._profile = tempfile.TemporaryDirectory(prefix="aepsych-chromium-", ignore_cleanup_errors=True)
        # Without its sandbox it runs as root, as in CI; it sees no page but ours.
        options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self._profile.name}"]
        self._browser = subprocess.Popen(
            [PROGRAM, *options, f"http://127.0.0.1:{self._server.server_port}/"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def call(self, url: str, request: dict[str, Any], headers: dict[str, str]) -> tuple[int, Any]:
        """Have the page POST a request, and return the status and the JSON of the answer; 0 and why without one."""
        self._calls.put({"url": url, "request": request, "headers": headers})
        answer = self._answers.get(timeout=PATIENCE)
        return answer["status"], answer["body"]

    def close(self) -> None:
        """End the browser."""
        self._browser.terminate()
        self._browser.wait()
        self._server.shutdown()
        self._server.server_close()
        self._profile.cleanup()
