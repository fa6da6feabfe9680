"""YAML in a page."""

from typing import Any

import yaml


def yaml_block(value: Any) -> str:
    """Return a value as a block of YAML."""
    text: str = yaml.safe_dump(value, sort_keys=False, default_flow_style=None, allow_unicode=True, width=100)
    return f"```yaml\n{text}```"
