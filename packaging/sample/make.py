"""Make the embedded sample workspace anew: the place, its ground, its survey and the flood.

The place is invented (虚构地点 made-up place); the flood is computed by anuga. It takes a quarter of
an hour and needs the engine ANUGA beside the program's own::

    pip install anuga==4.1.0
    python packaging/sample/make.py                    # everything, into resources/sample
    python packaging/sample/make.py --keep-flood       # everything but the run of the engine

The same versions of numpy, shapely, Triangle and anuga give the same files again, up to the
rounding of the flow solver. Nothing here runs in the tests: they read the files it made.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import stations
import survey
from relief import write as write_ground

HERE = Path(__file__).resolve().parents[2] / "resources" / "sample"


def main() -> None:
    """Write all sample files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into")
    parser.add_argument("--keep-flood", action="store_true", help="leave flood.nc as it is")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    write_ground(given.out / "ground.tif")
    survey.write(given.out / "polder.gpkg")
    if not given.keep_flood:
        import engine
        import ugrid

        ugrid.write(given.out / "flood.nc", engine.Flood().run())
    stations.write(given.out)
    for path in sorted(given.out.iterdir()):
        print(f"{path.stat().st_size / 1e6:8.3f} MB  {path.name}")


if __name__ == "__main__":
    main()
