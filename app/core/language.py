"""The language on screen: every sentence is written in English and translated when shown."""

from __future__ import annotations

import errno
import json
import locale
import os
import sys
from typing import TYPE_CHECKING, Literal, cast

from psygnal import Signal

import resources

if TYPE_CHECKING:
    from layers.errors import HaitangError

Language = Literal["zh", "en"]


class _Voice:
    """The current language and its catalogue."""

    changed = Signal(str)

    def __init__(self) -> None:
        self.language: Language | None = None
        self.entries: dict[str, str] = {}
        self.catalogues: dict[str, dict[str, str]] = {}


_VOICE = _Voice()
language_changed = _VOICE.changed
"""Signal(str): the new language, after it is in force."""


def N_(text: str) -> str:
    """Mark an English sentence for translation and give it back as it is."""
    return text


def tr(text: str, /, **fields: object) -> str:
    """Translate an English sentence into the current language and fill its ``{fields}``.

    Parameters
    ----------
    text : str
        The English sentence, a template where there are fields; it is the key of the catalogue.
    **fields : object
        Values of the fields.

    Returns
    -------
    str
        The sentence; English where the catalogue has no entry or its entry does not take the fields.

    Examples
    --------
    >>> set_language("en")
    >>> tr("{count} layers", count=3)
    '3 layers'
    """
    if _VOICE.language is None:
        set_language(default_language())
    template = _VOICE.entries.get(text, text)
    if not fields:
        return template
    try:
        return template.format(**fields)
    except (KeyError, IndexError, ValueError):
        return text.format(**fields)


def translated(text: str, name: str) -> str:
    """Give an English sentence in a named language, whatever is on screen; English where there is no entry."""
    return catalogue(name).get(text, text)


def set_language(name: str) -> None:
    """Change the language and tell ``language_changed``.

    Raises
    ------
    ValueError
        The language is neither ``zh`` nor ``en``.
    """
    if name not in ("zh", "en"):
        raise ValueError(f"no such language: {name}")
    before, _VOICE.language = _VOICE.language, name
    _VOICE.entries = catalogue(name)
    if before != name:
        _VOICE.changed.emit(name)


def language() -> Language:
    """Give the current language, ``zh`` or ``en``."""
    if _VOICE.language is None:
        set_language(default_language())
    return cast("Language", _VOICE.language)


def catalogue(name: str) -> dict[str, str]:
    """Give the entries of one language, English sentence → translation, merged from all its files."""
    if name not in _VOICE.catalogues:
        merged: dict[str, str] = {}
        for file in sorted(resources.path(f"translations/{name}").glob("*.json")):
            merged.update(json.loads(file.read_text("utf-8")))
        _VOICE.catalogues[name] = merged
    return _VOICE.catalogues[name]


def add_entries(name: str, entries: dict[str, str]) -> None:
    """Add the sentences of a plugin from elsewhere to one language; ours are not replaced."""
    known = catalogue(name)
    for text, translated in entries.items():
        known.setdefault(text, translated)


def default_language() -> Language:
    """Give the language of the settings, else Chinese where the operating system is Chinese, else English."""
    from app.core.settings import Settings

    chosen = Settings.load().language
    return chosen or ("zh" if system_locale().lower().startswith("zh") else "en")


def system_locale() -> str:
    """Give the locale of the operating system's user, e.g. ``zh_CN``; empty where it does not say."""
    if sys.platform == "win32":
        import ctypes

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    named = (os.environ.get(key) for key in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"))
    return next((name for name in named if name), "")


def reason(error: OSError) -> str:
    """Give why the operating system refused, translated where it is one of the usual causes."""
    words = {
        errno.ENOSPC: N_("the disk is full"),
        errno.EACCES: N_("there is no permission"),
        errno.EPERM: N_("there is no permission"),
        errno.EROFS: N_("the disk is read-only"),
        errno.ENOENT: N_("the folder does not exist"),
        errno.ENAMETOOLONG: N_("the name is too long"),
        errno.EIO: N_("the disk has failed"),
    }
    known = words.get(error.errno or 0)
    return tr(known) if known else error.strerror or str(error)


def error_text(error: HaitangError) -> str:
    """Give an error as translated text: what, where and the remedy."""
    what = tr(error.template, **error.fields)
    remedy = tr(error.remedy_template, **error.fields) if error.remedy_template else ""
    if language() == "zh":
        head = what.rstrip("。")
        return head + (f"（{error.where}）" if error.where else "") + "。" + remedy
    return what + (f" ({error.where})" if error.where else "") + (f" {remedy}" if remedy else "")
