"""What Qt must bring here: a count of None that stays, and a font with Chinese letters in it.

PySide6 6.12.0 on Python 3.11 loses references to None and ends the process after some thousand calls.
"""

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
FAMILIES = """
from PySide6.QtGui import QFontDatabase, QGuiApplication
application = QGuiApplication([])
print(len(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)))
"""


def test_a_thousand_calls_of_qt_take_no_reference_from_none():
    assert abs(int(run_python(COUNT))) < CALLS // 10


def test_chinese_letters_have_a_font():
    assert int(run_python(FAMILIES)) > 0, "no font with Chinese letters: set-up installs fonts-noto-cjk"
