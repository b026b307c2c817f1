#!/usr/bin/env python3
"""Prints src/agent/bots.txt from crawler-user-agents.json of the Python package crawler-user-agents.

    pip download --no-deps crawler-user-agents && unzip crawler_user_agents-*.whl
    functions/record-interactions/bots.py crawleruseragents/crawler-user-agents.json
"""

import json
import re
import sys

# Shoppers send these as well: the HTTP client of Android, with which apps of shops send; a build of Android 15; the name of
# a browser.
NO_BOTS = {"okhttp", r"AP3A\.240617\.008", "Sogou"}


def texts(pattern):
    """The plain texts that a pattern stands for; none when it is more than text and classes of single letters."""
    found = [""]
    for part in re.findall(r"\\.|\[[^\]]*\]|.", pattern.removeprefix("^"), re.DOTALL):
        if part.startswith("\\") and not part[1].isalnum():
            part = part[1]
        elif part.startswith("[") and part[1:-1].isalpha():
            found = [text + letter for text in found for letter in part[1:-1]]
            continue
        elif len(part) > 1 or part in "^$.|?*+(){}":
            return []
        found = [text + part for text in found]
    return [("^" if pattern.startswith("^") else "") + text for text in found]


patterns = {entry["pattern"] for entry in json.load(open(sys.argv[1]))} - NO_BOTS
print("\n".join(sorted({text for pattern in patterns for text in texts(pattern)}, key=lambda text: (text.lower(), text))))
