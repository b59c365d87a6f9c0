#!/usr/bin/env python3
"""KEDA's manifests, fitted to a cluster without a registry: our image, no webhook, no long waits.

    kubectl kustomize … | keda_manifests.py IMAGE FOLDER

Writes FOLDER/keda.yaml and, apart, FOLDER/keda-adapter.yaml: the adapter mounts a certificate that
the operator makes, so it is applied later.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

ADMISSION = re.compile(
    r"^kind: ValidatingWebhookConfiguration|^  name: keda-admission", re.MULTILINE
)
DEPLOYMENT = re.compile(r"^kind: Deployment", re.MULTILINE)


def main(image: str, folder: Path) -> None:
    """Read manifests from standard input, write the two files."""
    documents = [each for each in sys.stdin.read().split("\n---\n") if not ADMISSION.search(each)]
    adapter = [each for each in documents if DEPLOYMENT.search(each) and "/keda-adapter" in each]
    others = [each for each in documents if each not in adapter]
    (folder / "keda.yaml").write_text(_fitted(others, image))
    (folder / "keda-adapter.yaml").write_text(_fitted(adapter, image))


def _fitted(documents: Iterable[str], image: str) -> str:
    text = re.sub(r"image: \S*/kedacore/\S*", f"image: {image}", "\n---\n".join(documents))
    text = text.replace("imagePullPolicy: Always", "imagePullPolicy: IfNotPresent")
    return text.replace("initialDelaySeconds: 20", "initialDelaySeconds: 1") + "\n"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
