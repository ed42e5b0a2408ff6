"""Style files of other programs: SLD read and written, QML read."""
