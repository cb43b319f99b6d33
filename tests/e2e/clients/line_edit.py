"""A Qt line edit that writes its text to a file after each change: line_edit.py FILE CLASS"""

import sys

from PyQt5.QtWidgets import QApplication, QLineEdit


def main():
    path, name = sys.argv[1:]
    application = QApplication([name])
    edit = QLineEdit()

    def write(text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    edit.textChanged.connect(write)
    edit.show()
    application.exec_()


main()
