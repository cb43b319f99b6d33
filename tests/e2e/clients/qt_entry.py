"""A Qt line edit: writes its text to the file FILE whenever it changes."""
import sys
from PyQt5.QtWidgets import QApplication, QLineEdit

app = QApplication(sys.argv)
edit = QLineEdit()


def save(text):
    with open(sys.argv[1], "w", encoding="utf-8", newline="") as file:
        file.write(text)


edit.textChanged.connect(save)
edit.setGeometry(0, 0, 400, 40)
edit.show()
edit.setFocus()
app.exec_()
