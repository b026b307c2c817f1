"""Writes template.yaml as JSON with its loops (Fn::ForEach) unrolled, for programs that cannot read them.

Runs in .venv/sam: cfn-lint knows how. Its version is pinned (tools/local/requirements/sam.txt), because this uses what it
has inside. What SAM would make of AWS::Serverless resources is left to the reader.
"""

import json
import pathlib
import sys

from cfnlint.decode import decode
from cfnlint.template import Template
from cfnlint.template.transforms._language_extensions import language_extension


def unrolled(path):
    """The template as AWS::LanguageExtensions leaves it."""
    template, problems = decode(path)
    if not problems:
        problems, template = language_extension(Template(path, template, ["us-east-1"]))
    left = [key for key in (template or {}).get("Resources", {}) if key.startswith("Fn::")]
    if problems or left:
        raise SystemExit(f"could not unroll {path}: {problems or left}")
    return template


def main(source, target):
    """Writes the file, and the folder above it."""
    pathlib.Path(target).parent.mkdir(parents=True, exist_ok=True)
    with open(target, "w", encoding="utf-8") as file:
        json.dump(unrolled(source), file, indent=1, default=str)


if __name__ == "__main__":
    main(*sys.argv[1:])
