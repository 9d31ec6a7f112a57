# SPDX-License-Identifier: Apache-2.0
"""Retry storms of every kind of connection, request storms, and clients that only look like one."""
import unittest
from typing import Dict

import investigation
from workload import Scratch, Workload, victim


class RefusedTcp(investigation.InvestigationCase):
    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"tcp4": Workload("tcp4", [victim("retry_refused"), "tcp4", "30"]),
                "tcp6": Workload("tcp6", [victim("retry_refused"), "tcp6", "30"])}

    def test_names_the_refused_port(self) -> None:
        self.assert_blamed(self.names["tcp4"], "retry_storm", "connect_to_database",
                           kind="tcp", address="127.0.0.1", port=self.ports["tcp4"])
        self.assert_only(self.names["tcp4"], "retry_storm")

    def test_names_the_refused_port_of_version_6(self) -> None:
        self.assert_blamed(self.names["tcp6"], "retry_storm", "connect_to_database",
                           kind="tcp", address="::1", port=self.ports["tcp6"])
        self.assert_only(self.names["tcp6"], "retry_storm")


class RefusedUnixSockets(investigation.InvestigationCase):
    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        command = victim("retry_refused")
        return {
            "refused": Workload("refused", [command, "unix-refused", "30", scratch.path("left")]),
            "absent": Workload("absent", [command, "unix-absent", "30", scratch.path("absent")])}

    def test_names_the_socket_without_a_listener(self) -> None:
        self.assert_blamed(self.names["refused"], "retry_storm", "connect_to_database",
                           kind="unix", path=f"{self.scratch}/left")

    def test_names_the_socket_that_is_not_there(self) -> None:
        self.assert_blamed(self.names["absent"], "retry_storm", "connect_to_database",
                           kind="unix", path=f"{self.scratch}/absent")


class OtherWays(investigation.InvestigationCase):
    """Without blocking, and by asking for a name that does not exist."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"blocked": Workload("blocked", [victim("retry_refused"), "blocked", "30"]),
                "resolver": Workload("resolver", [victim("dns_nxdomain"), "30"])}

    def test_names_connects_that_do_not_block(self) -> None:
        self.assert_blamed(self.names["blocked"], "retry_storm", "connect_to_database",
                           kind="tcp", address="127.0.0.1", port=self.ports["blocked"])

    def test_names_the_name_server_that_says_no(self) -> None:
        self.assert_blamed(self.names["resolver"], "retry_storm", kind="udp", port=53)


class RequestStorm(investigation.InvestigationCase):
    """503 over one kept-alive connection, beside a client library's failing lookups at honest work."""

    @classmethod
    def victims(cls, scratch: Scratch) -> Dict[str, Workload]:
        return {"asker": Workload("asker", [victim("request_storm"), "30"]),
                "lookups": Workload("lookups", [victim("lookups"), "30"])}

    def test_names_the_request_storm(self) -> None:
        self.assert_blamed(self.names["asker"], "request_storm", "ask_until_available",
                           kind="tcp", address="127.0.0.1", port=self.ports["asker"])

    def test_is_modest_about_it(self) -> None:
        finding = self.assert_blamed(self.names["asker"], "request_storm")
        self.assertLessEqual(finding["confidence"], 0.6)

    def test_lookups_are_no_storm(self) -> None:
        self.assert_not_blamed(self.names["lookups"])


if __name__ == "__main__":
    unittest.main()
