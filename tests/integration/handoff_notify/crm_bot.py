"""A bot with the Secret of a CRM, for the tests beside."""

from pathlib import Path

from prosa import chatbots
from prosa.chatbots import RunningBot
from tests.support.crm import ACCESS_TOKEN, ACCOUNT, INBOX, SIGNING_KEY

CHATBOT = """\
apiVersion: prosa.dev/v1alpha1
kind: Chatbot
metadata: {name: test, namespace: bots}
spec:
  whatsapp:
    phoneNumberId: "106540352242922"
    businessAccountId: "102290129340398"
    credentialsSecretRef: {name: whatsapp}
  dialogue: {inline: "{}"}
"""


def a_bot(root: Path, url: str, more: str = "", **secret: str) -> RunningBot:
    """Write a bot's folder as `prosa up` does, its spec ending in `more`.

    `secret` changes keys of the CRM's Secret; an empty one is left out.
    """
    folder = root / "chatbots" / "bots_test"
    values = {
        "url": url,
        "signing-key": SIGNING_KEY,
        "access-token": ACCESS_TOKEN,
        "account-id": str(ACCOUNT),
        "inbox-id": str(INBOX),
    } | {key.replace("_", "-"): value for key, value in secret.items()}
    (folder / "secrets" / "crm").mkdir(parents=True)
    (folder / "chatbot.yaml").write_text(CHATBOT + more)
    for key, value in values.items():
        if value:
            (folder / "secrets" / "crm" / key).write_text(value)
    (bot,) = chatbots.load(root / "chatbots", needs=())
    return bot
