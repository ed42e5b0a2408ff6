"""Units as they are written, and a vertical datum written with them."""

from __future__ import annotations

import re

DATUM_WORDS = (
    "LOCAL|TLT|NAP|TAW|MSL|LAT|MLLW|NAVD ?88|NGVD ?29|AHD|DHHN92|DHHN2016|CN1985|CN1956|WUSONG_SH|上海吴淞|吴淞|85高程"
)
WITH_DATUM = re.compile(rf"(?P<unit>m|metre|meter|metres|meters|cm|ft)\s*[+ ,，]?\s*\(?(?P<datum>{DATUM_WORDS})\)?")


def parted(said: str) -> tuple[str | None, str | None]:
    """Part a unit from the vertical datum written with it; None where not given.

    Examples
    --------
    >>> parted("m NAP"), parted("m3/s"), parted("")
    (('m', 'NAP'), ('m3/s', None), (None, None))
    """
    both = WITH_DATUM.fullmatch(said.strip())
    if both is not None:
        return both["unit"], both["datum"]
    return said.strip() or None, None
