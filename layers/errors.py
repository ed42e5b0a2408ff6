"""The family of errors a user may read: what happened, where, and what to do."""

from __future__ import annotations


class HaitangError(Exception):
    """An error that says what, where and the remedy.

    Parameters
    ----------
    what : str
        English sentence, a template with ``{fields}``; it is the key of its translation.
    where : str
        The file, layer, row or parameter concerned.
    remedy : str
        English sentence that tells what to do, a template with the same fields.
    **fields : object
        Values that fill both templates.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "", **fields: object) -> None:
        self.template = what
        self.where = where
        self.remedy_template = remedy
        self.fields = fields
        super().__init__(self.what)

    @property
    def code(self) -> str:
        """Name of the error, stable for scripts."""
        return type(self).__name__

    @property
    def what(self) -> str:
        """The English sentence, filled."""
        return fill(self.template, self.fields)

    @property
    def remedy(self) -> str:
        """The English remedy, filled."""
        return fill(self.remedy_template, self.fields)

    def __str__(self) -> str:
        """One sentence with what, where and the remedy."""
        where = f" ({self.where})" if self.where else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.what}{where}{remedy}"

    def to_dict(self) -> dict[str, str]:
        """Give the form of the command line's ``--json`` answer."""
        return {"code": self.code, "what": self.what, "where": self.where, "remedy": self.remedy}


def fill(template: str, fields: dict[str, object]) -> str:
    """Fill ``{fields}`` of a template; a template without fields is returned as it is."""
    return template.format(**fields) if fields else template


class DataError(HaitangError):
    """Data that cannot be used as it is."""


class CrsMissing(DataError):
    """A horizontal reference system is needed and not known."""


class DatumMismatch(DataError):
    """Two heights stand on different or unknown vertical datums."""


class TimeAxisBroken(DataError):
    """A time axis is missing, not monotone, or cannot be decoded."""


class SourceUnavailable(DataError, OSError):
    """A file or service cannot be opened or read."""

    def __str__(self) -> str:
        """One sentence; OSError would print its own form."""
        return HaitangError.__str__(self)


class FilterInvalid(DataError, ValueError):
    """A filter that cannot be read, or asked of these columns; ``fields["at"]`` is the character, from 1."""


class PackageError(HaitangError):
    """A package that cannot be used."""


class SignatureInvalid(PackageError):
    """A signature is missing or does not fit."""


class EditError(HaitangError):
    """An edit that cannot be applied."""


class EditConflict(EditError):
    """Two edits cannot both be true."""


class ToolError(HaitangError):
    """A tool cannot run as asked."""


class ParameterInvalid(ToolError, ValueError):
    """A parameter is missing, unknown or out of its limits."""


class Cancelled(ToolError):
    """The job was cancelled by the user."""


class MemoryExceeded(ToolError):
    """The work needs more memory than it may hold."""


class PluginError(HaitangError):
    """A plugin cannot be loaded."""
