"""The Qt binding keeps count of None: 6.12.0 on Python 3.11 does not, and ends the process after a while."""

from __future__ import annotations

from tests.house.sources import run_python

CALLS = 1_000
COUNT = f"""
import sys
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication([])
label = QLabel()
label.setText("first")
before = sys.getrefcount(None)
for number in range({CALLS}):
    label.setText("again")
print(sys.getrefcount(None) - before)
"""


def test_a_thousand_calls_of_qt_take_no_reference_from_none():
    assert abs(int(run_python(COUNT))) < CALLS // 10
