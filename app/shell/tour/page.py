"""Page: what the tour did, checked and pictured, as one HTML page that needs nothing from outside its folder."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.core import durable
from app.core.language import N_, translated

if TYPE_CHECKING:
    from pathlib import Path

    from app.shell.tour.album import Shot
    from app.shell.tour.witness import Fact

STYLE = """
:root { color-scheme: light dark; --paper: #f6f8f9; --card: #fff; --ink: #1d2a33; --soft: #5d6b75; --line: #dde4e8;
  --accent: #0b7285; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #12191f; --card: #1a232b; --ink: #e2e9ee; --soft: #93a2ad;
  --line: #2b3740; --accent: #4fb8c9; --bad: #f2857d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.65 "Noto Sans CJK SC", "Source Han Sans SC",
  "Microsoft YaHei", "PingFang SC", system-ui, sans-serif; }
header, main { max-width: 1180px; margin: 0 auto; padding: 0 32px; }
header { padding-top: 56px; padding-bottom: 24px; }
h1 { font-size: 32px; font-weight: 600; margin: 0; }
h2 { font-size: 21px; font-weight: 600; margin: 0; }
p { margin: 10px 0 0; }
.en { color: var(--soft); font-size: 14px; }
p.en { margin-top: 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 28px 32px;
  margin: 0 0 28px; }
section.failed { border-color: var(--bad); }
.number { color: var(--accent); font-variant-numeric: tabular-nums; margin-right: 12px; font-weight: 600; }
ul.facts { list-style: none; padding: 0; margin: 16px 0 0; }
ul.facts li { padding: 6px 0 6px 26px; border-top: 1px solid var(--line); position: relative; }
ul.facts li::before { content: "\\2713"; color: var(--accent); position: absolute; left: 2px; }
ul.facts li.bad::before { content: "\\2715"; color: var(--bad); }
ul.facts .en { display: block; }
.pictures { display: grid; grid-template-columns: repeat(2, 1fr); gap: 20px; margin-top: 22px; }
figure { margin: 0; min-width: 0; }
figure.alone { grid-column: 1 / -1; }
img { max-width: 100%; height: auto; display: block; border: 1px solid var(--line); border-radius: 6px; }
figcaption { color: var(--soft); font-size: 13px; margin-top: 6px; }
a { color: var(--accent); }
footer { max-width: 1180px; margin: 0 auto; padding: 8px 32px 64px; color: var(--soft); font-size: 14px; }
@media (max-width: 760px) { .pictures { grid-template-columns: 1fr; }
  header, main { padding-left: 16px; padding-right: 16px; } }
"""
TITLE = N_("A tour of Haitang Workbench")
INTRODUCTION = N_(
    "A script led through the real window on the embedded sample. Each sentence with a tick was checked while it ran. "
    "The sample is a made-up place; its flood was computed."
)
PRODUCTS = N_("Files that the tools made on the way")
LOOKS = {"light": N_("Light"), "dark": N_("Dark")}
TONGUES = {"zh": N_("Chinese"), "en": N_("English")}
FAILED = N_("This step did not do what it says: {reason}")


@dataclass
class Report:
    """What one step did.

    Parameters
    ----------
    id : str
    title, text : str
        English sentences.
    seconds : float
    facts : list of Fact
    shots : list of Shot
    failure : Fact, optional
        Why it failed; None where it did not.
    """

    id: str
    title: str
    text: str
    seconds: float = 0.0
    facts: list[Fact] = field(default_factory=list)
    shots: list[Shot] = field(default_factory=list)
    failure: Fact | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give a JSON form, in English."""
        return {
            "id": self.id,
            "title": self.title,
            "done": self.failure is None,
            "failure": None if self.failure is None else said(self.failure, "en"),
            "seconds": round(self.seconds, 2),
            "facts": [said(fact, "en") for fact in self.facts],
            "pictures": [
                {"file": s.file, "part": s.part, "language": s.language, "theme": s.theme, "size": list(s.size)}
                for s in self.shots
            ],
        }


def said(fact: Fact, name: str) -> str:
    """Give a fact in a language."""
    template = translated(fact.sentence, name)
    return template.format(**fact.fields) if fact.fields else template


def write(folder: Path, reports: list[Report], products: list[str], seconds: float) -> None:
    """Write ``index.html`` and ``tour.json``."""
    parts = [_section(number, report) for number, report in enumerate(reports, 1)]
    head = f"<header>{_both('h1', TITLE)}{_both('p', INTRODUCTION)}</header>"
    body = f"{head}<main>{''.join(parts)}{_products(products)}</main>"
    page = (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(translated(TITLE, 'zh'))}</title><style>{STYLE}</style></head><body>{body}"
        f"<footer>{seconds:.0f} s</footer></body></html>"
    )
    durable.replace(folder / "index.html", [page.encode()])
    told = {"done": all(r.failure is None for r in reports), "seconds": round(seconds, 1), "products": products}
    told["steps"] = [report.to_dict() for report in reports]
    durable.replace(folder / "tour.json", [json.dumps(told, ensure_ascii=False, indent=1).encode()])


def _both(tag: str, sentence: str) -> str:
    return f"<{tag}>{html.escape(translated(sentence, 'zh'))}</{tag}><p class='en'>{html.escape(sentence)}</p>"


def _section(number: int, report: Report) -> str:
    mark = "" if report.failure is None else " class='failed'"
    head = f"<h2><span class='number'>{number:02d}</span>{html.escape(translated(report.title, 'zh'))}</h2>"
    head += f"<p class='en'>{html.escape(report.title)}</p>"
    head += f"<p>{html.escape(translated(report.text, 'zh'))}</p><p class='en'>{html.escape(report.text)}</p>"
    facts = "".join(_fact(said(fact, "zh"), said(fact, "en")) for fact in report.facts)
    if report.failure is not None:
        reasons = [said(report.failure, name) for name in ("zh", "en")]
        words = [translated(FAILED, n).format(reason=r) for n, r in zip(("zh", "en"), reasons, strict=True)]
        facts += _fact(*words, mark=" class='bad'")
    pictures = "".join(_figure(shot, alone=_is_alone(shot, report.shots)) for shot in report.shots)
    body = f"{head}<ul class='facts'>{facts}</ul><div class='pictures'>{pictures}</div>"
    return f"<section id='{report.id}'{mark}>{body}</section>"


def _fact(chinese: str, english: str, mark: str = "") -> str:
    return f"<li{mark}>{html.escape(chinese)}<span class='en'>{html.escape(english)}</span></li>"


def _is_alone(shot: Shot, shots: list[Shot]) -> bool:
    """Tell whether a picture has no twin in the other language to stand beside."""
    twins = [s for s in shots if (s.part, s.theme, s.size) == (shot.part, shot.theme, shot.size)]
    return len(twins) < 2


def _figure(shot: Shot, *, alone: bool) -> str:
    width, height = shot.size
    words = [
        " · ".join(
            [translated(TONGUES[shot.language], name), translated(LOOKS[shot.theme], name), f"{width} × {height}"]
        )
        for name in ("zh", "en")
    ]
    size = f"width='{width}' height='{height}'"
    image = f"<img src='{shot.file}' loading='lazy' {size} alt='{html.escape(shot.part or 'window')}'>"
    kind = " class='alone'" if alone else ""
    return f"<figure{kind}><a href='{shot.file}'>{image}</a><figcaption>{words[0]} — {words[1]}</figcaption></figure>"


def _products(names: list[str]) -> str:
    if not names:
        return ""
    items = "".join(f"<li><a href='{html.escape(name)}'>{html.escape(name)}</a></li>" for name in names)
    return f"<section>{_both('h2', PRODUCTS)}<ul>{items}</ul></section>"
