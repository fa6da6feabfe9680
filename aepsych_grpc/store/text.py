"""Texts as every database can keep and sort them."""

from typing import Any

from sqlalchemy import Dialect, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

NUL_PICTURE = "\N{SYMBOL FOR NULL}"
"""Stands for the character NUL, which no text of PostgreSQL can hold and at which many readers of SQLite stop."""


def without_nul(text: str) -> str:
    """Return the text with a picture in place of each NUL."""
    return text.replace("\0", NUL_PICTURE)


class PlainText(TypeDecorator[str]):
    """A text that is compared and sorted by its code points, as SQLite does, whatever the database's language."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type in a database."""
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text as stored."""
        return without_nul(value) if value is not None and dialect.name == "postgresql" else value
