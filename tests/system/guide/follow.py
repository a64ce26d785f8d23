"""docs/admin.md, word by word: its commands as one script."""

import re
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "admin.md"


def script(*sections: str, **words: str) -> str:
    """The commands of these sections in their order, with words in capitals replaced; it stops at the first failure."""
    lines = ["set -e", "export DEBIAN_FRONTEND=noninteractive"]
    for section in sections:
        lines.append(f"echo; echo '### {section}'")
        for block in re.findall(r"^```sh\n(.*?)\n```", _section(section), re.MULTILINE | re.DOTALL):
            meant = re.sub(r"\b(" + "|".join(words) + r")\b", lambda word: words[word[0]], block)
            lines += ["set -x", meant, "{ set +x; } 2>/dev/null"]
    return "\n".join(lines) + "\n"


def _section(title: str) -> str:
    found = re.search(
        rf"^##? {re.escape(title)}\n(.*?)(?=^##? |\Z)", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found is not None, title
    return found[1]
