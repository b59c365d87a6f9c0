"""Lists of words and phrases, written as a person would write them: `sim, isso mesmo, claro`."""


def listed(phrases: str) -> frozenset[str]:
    """Return the phrases between the commas; line breaks and indentation do not count."""
    return frozenset(" ".join(phrase.split()) for phrase in phrases.split(",")) - {""}
