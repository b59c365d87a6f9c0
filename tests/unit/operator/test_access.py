"""Where the API server is: a pod's files, a kubeconfig, and what is refused."""

import base64
from pathlib import Path

import pytest
import yaml

from prosa.errors import ConfigError
from prosa_operator import access


def a_kubeconfig(folder: Path, user: dict[str, object]) -> Path:
    config = {
        "current-context": "kind-test",
        "contexts": [{"name": "kind-test", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [
            {
                "name": "c",
                "cluster": {
                    "server": "https://127.0.0.1:6443/",
                    "certificate-authority-data": base64.b64encode(b"authority").decode(),
                },
            }
        ],
        "users": [{"name": "u", "user": user}],
    }
    file = folder / "config"
    file.write_text(yaml.safe_dump(config))
    return file


def test_a_kubeconfig_gives_server_authority_and_token(tmp_path: Path) -> None:
    found = access.from_kubeconfig(a_kubeconfig(tmp_path, {"token": "abcdefghij"}))

    assert (found.server, found.authority) == ("https://127.0.0.1:6443", b"authority")
    assert found.bearer() == "abcdefghij"
    assert "abcdefghij" not in repr(found)


def test_a_plug_in_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="token or a client certificate"):
        access.from_kubeconfig(a_kubeconfig(tmp_path, {"exec": {"command": "aws"}}))


def test_a_file_that_is_no_kubeconfig_is_named(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("[]")

    with pytest.raises(ConfigError, match="is no kubeconfig"):
        access.from_kubeconfig(file)


def test_a_pods_token_is_read_again_when_the_kubelet_rotates_it(tmp_path: Path) -> None:
    for name, text in (("token", "first-token\n"), ("ca.crt", "x"), ("namespace", "prosa")):
        (tmp_path / name).write_text(text)
    found = access.find({"KUBERNETES_SERVICE_HOST": "10.96.0.1"}, tmp_path)
    assert found.bearer() == "first-token"

    (tmp_path / "token").write_text("second-token")

    assert (found.server, found.bearer()) == ("https://10.96.0.1:443", "second-token")


def test_a_pod_without_a_token_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="automountServiceAccountToken"):
        access.find({"KUBERNETES_SERVICE_HOST": "10.96.0.1"}, tmp_path)
