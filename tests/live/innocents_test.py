# SPDX-License-Identifier: Apache-2.0
"""Real software at honest work: busy, and no culprit."""
import os
import socket
import unittest
from typing import Dict, List

import investigation
from requirements import require_programs
from workload import Scratch, Workload

LIFE_SECONDS = "40"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bounded(*command: str) -> List[str]:
    return ["timeout", "-s", "KILL", LIFE_SECONDS, *command]


def start_server(stack_name: str, port: int, *command: str) -> Workload:
    """A server's workload that counts as ready when its port answers."""
    return ServerWorkload(stack_name, bounded(*command), port)


class ServerWorkload(Workload):
    def __init__(self, name: str, command: List[str], port: int):
        super().__init__(name, command, announces=False)
        self.port = port

    def __enter__(self) -> "ServerWorkload":
        super().__enter__()
        try:
            self.await_port(self.port)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self


class KeyValueStoreAndArchive(investigation.InvestigationCase):
    """redis under its own benchmark, and tar | xz."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        require_programs("redis-server", "redis-benchmark", "tar", "xz")
        port = free_port()
        archive = "while :; do tar -C /usr/lib -cf - python3 gcc 2>/dev/null | xz -1 > /dev/null; done"
        return {
            "redis": start_server("redis", port, "redis-server", "--port", str(port), "--bind",
                                  "127.0.0.1", "--save", "", "--dir", scratch.name),
            "benchmark": Workload("benchmark", bounded(
                "sh", "-c", f"sleep 1; exec redis-benchmark -q -p {port} -c 8 -n 100000000 -r 1000 "
                "-t set,get"), announces=False),
            "archive": Workload("archive", bounded("sh", "-c", archive), announces=False)}

    def test_redis_is_not_blamed(self) -> None:
        self.assert_not_blamed(self.names["redis"])

    def test_an_archive_in_the_making_is_not_blamed(self) -> None:
        self.assert_not_blamed(self.names["archive"])


class WebServerAndCompiler(investigation.InvestigationCase):
    """nginx visited by ab without keep-alive, and a loop of compiler runs."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        require_programs("nginx", "ab", "g++")
        port = free_port()
        with open(scratch.path("nginx.conf"), "w", encoding="ascii") as file:
            file.write(_nginx_configuration(scratch.name, port))
        os.mkdir(scratch.path("pages"))
        with open(scratch.path("pages/index.html"), "w", encoding="ascii") as file:
            file.write("<p>welcome</p>\n" * 200)
        with open(scratch.path("unit.cpp"), "w", encoding="ascii") as file:
            file.write("#include <map>\n#include <regex>\n#include <string>\n"
                       "int main() { std::map<std::string, std::regex> all; return all.size(); }\n")
        compile_loop = f"cd {scratch.name}; while :; do g++ -O1 -c unit.cpp -o unit.o; done"
        return {
            "nginx": start_server("nginx", port, "nginx", "-p", scratch.name, "-c",
                                  scratch.path("nginx.conf"), "-e", scratch.path("errors.log")),
            "visitors": Workload("visitors", bounded(
                "ab", "-q", "-c", "8", "-t", LIFE_SECONDS, "-n", "100000000",
                f"http://127.0.0.1:{port}/"), announces=False),
            "compiler": Workload("compiler", bounded("sh", "-c", compile_loop), announces=False)}

    def test_nginx_is_not_blamed(self) -> None:
        self.assert_not_blamed(self.names["nginx"])

    def test_visitors_without_keep_alive_are_not_blamed(self) -> None:
        self.assert_not_blamed(self.names["visitors"])

    def test_the_compiler_is_not_blamed(self) -> None:
        self.assert_not_blamed(self.names["compiler"])


def _nginx_configuration(folder: str, port: int) -> str:
    return f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; user root;
events {{ worker_connections 256; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/pages; }}
}}
"""


if __name__ == "__main__":
    unittest.main()
