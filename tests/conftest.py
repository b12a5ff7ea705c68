"""No test writes into the user's folders: what a started engine records goes to a folder of the test run's own.

And no law is broken by a machine that is busy: Hypothesis sets no deadline.
"""

from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")


@pytest.fixture(autouse=True, scope="session")
def _own_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield
