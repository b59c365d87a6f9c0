"""What was logged in this process, wherever another test's configuration sends it."""

import pytest


def logged(capsys: pytest.CaptureFixture[str]) -> str:
    """Give what was written since the last look."""
    captured = capsys.readouterr()
    return captured.out + captured.err
