"""A fake Files API with files in memory, as far as landing needs it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

FILES, FOLDERS = "/api/2.0/fs/files", "/api/2.0/fs/directories"


class Workspace:
    """Serves on loopback inside a `with` block."""

    def __init__(self, token: str) -> None:
        self.files: dict[str, bytes] = {}
        workspace = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def fail(self, status: int, code: str) -> None:
                body = json.dumps({"error_code": code, "message": f"{code} here"}).encode()
                self.answer(status, body, Content_Type="application/json")

            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                if self.headers.get("Authorization") != f"Bearer {token}":
                    return self.fail(401, "UNAUTHENTICATED")
                path = unquote(urlsplit(self.path).path)
                if path.startswith(FOLDERS):
                    return self.folder(path.removeprefix(FOLDERS).rstrip("/"))
                return self.file(path.removeprefix(FILES), body)

            def folder(self, name: str) -> None:
                if self.command != "GET":
                    return self.answer(204 if self.command == "PUT" else 200)
                inside = {path for path in workspace.files if path.startswith(f"{name}/")}
                names = sorted({path[len(name) + 1 :].split("/")[0] for path in inside})
                contents: list[dict[str, Any]] = []
                for part in names:
                    full = f"{name}/{part}"
                    entry: dict[str, Any] = {"path": full, "name": part, "is_directory": full not in workspace.files}
                    if full in workspace.files:
                        entry |= {"file_size": len(workspace.files[full]), "last_modified": 1_732_000_000_000}
                    contents.append(entry)
                if not names and name.count("/") > 4:
                    return self.fail(404, "NOT_FOUND")
                self.answer(200, json.dumps({"contents": contents}).encode(), Content_Type="application/json")

            def file(self, name: str, body: bytes) -> None:
                if self.command == "PUT":
                    workspace.files[name] = body
                    return self.answer(204)
                content = workspace.files.get(name)
                if content is None:
                    return self.fail(404, "NOT_FOUND")
                if self.command == "DELETE":
                    del workspace.files[name]
                    return self.answer(204)
                headers = {
                    "Content_Type": "application/octet-stream",
                    "Last_Modified": "Tue, 19 Nov 2024 07:06:40 GMT",
                }
                wanted = self.headers.get("Range")
                if wanted:
                    first, last = wanted.removeprefix("bytes=").split("-")
                    end = int(last) + 1 if last else len(content)
                    part = content[int(first) : end]
                    span = f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}"
                    return self.answer(206, part, Content_Range=span, **headers)
                self.answer(200, content, **headers)

            do_GET = do_PUT = do_HEAD = do_DELETE = handle_any

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Workspace:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
