# SPDX-License-Identifier: Apache-2.0
"""One private engine with an image of the victims for all tests of a file."""
import os
from typing import Any, Dict, List, Optional, Sequence

import culprit
import image
import linux
from docker_engine import PrivateEngine
from investigation import ReportAssertions
from requirements import require_programs, require_root

IMAGE = "culprit/victims"

engine: Optional[PrivateEngine] = None


def start_engine(programs: Sequence[str] = ()) -> None:
    """For setUpModule. `programs` of this host go into the image besides the victims."""
    global engine
    require_root()
    require_programs("dockerd", "runc", "ldd")
    linux.end_on_signals()
    engine = PrivateEngine()
    engine.__enter__()
    try:
        archive = os.path.join(engine.folder, "victims.tar")
        image.build_archive(archive, programs)
        engine.import_image(archive, IMAGE)
    except BaseException:
        stop_engine()
        raise


def stop_engine() -> None:
    """For tearDownModule."""
    global engine
    if engine is not None:
        engine.__exit__(None, None, None)
        engine = None


class ContainerCase(ReportAssertions):
    """Tests that start containers; all are removed when the class is done."""

    ids: Dict[str, str]

    @classmethod
    def setUpClass(cls) -> None:
        culprit.binary()
        cls.ids = {}

    @classmethod
    def tearDownClass(cls) -> None:
        for container in cls.ids.values():
            cls.engine().remove(container)

    @classmethod
    def engine(cls) -> PrivateEngine:
        assert engine is not None
        return engine

    @classmethod
    def start(cls, name: str, command: Sequence[str], labels: Optional[Dict[str, str]] = None,
              **host_config: Any) -> str:
        cls.ids[name] = cls.engine().start(name, IMAGE, command, labels, **host_config)
        cls.engine().await_running(cls.ids[name])
        return cls.ids[name]

    @classmethod
    def socket(cls) -> List[str]:
        return ["--docker-socket", cls.engine().socket_path]
