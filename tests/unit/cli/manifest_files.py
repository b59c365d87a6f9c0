"""Manifests for the tests beside: the smallest that `prosa up` takes."""

from pathlib import Path

CHATBOT = """\
apiVersion: prosa.dev/v1alpha1
kind: Chatbot
metadata: {name: NAME, namespace: bots}
spec:
  whatsapp:
    phoneNumberId: "NUMBER"
    businessAccountId: "102290129340398"
    credentialsSecretRef: {name: NAME-whatsapp}
  understanding: {provider: tfidf}
  dialogue: {configMapRef: {name: NAME-dialogue, key: dialogue.yaml}}
"""
SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: NAME-whatsapp}
stringData: {access-token: EAA-of-NAME, app-secret: app-secret-of-NAME, verify-token: word-of-NAME}
"""
DIALOGUE = """\
dialogue: v1
locale: en
intents:
  opening: |
    when are you open?
    are you open now?
  address: |
    where are you?
    what is your address?
flows:
  opening:
    start: {intent: opening}
    steps:
      - say: "We are open from nine to six."
  address:
    start: {intent: address}
    steps:
      - say: "1, Long Road"
"""


def a_chatbot(name: str = "shop", number: str = "106540352242922") -> str:
    return CHATBOT.replace("NAME", name).replace("NUMBER", number)


def a_secret(name: str = "shop") -> str:
    return SECRET.replace("NAME", name)


def a_folder(root: Path, name: str = "shop", number: str = "106540352242922") -> Path:
    """Write a bot as a person would: chatbot.yaml, secrets.yaml, dialogue.yaml."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "chatbot.yaml").write_text(a_chatbot(name, number))
    (root / "secrets.yaml").write_text(a_secret(name))
    (root / "dialogue.yaml").write_text(DIALOGUE)
    return root
