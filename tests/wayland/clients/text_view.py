"""A GTK 4 text view that writes its text to the file named on the command line after each change."""

import sys

import gi

gi.require_version("Gtk", "4.0")
from gi.repository import GLib, Gtk  # noqa: E402

OUTPUT = sys.argv[1]
pending = False


def write(buffer):
    global pending
    pending = False
    text = buffer.get_text(buffer.get_start_iter(), buffer.get_end_iter(), True)
    with open(OUTPUT, "w", encoding="utf-8") as file:
        file.write(text)
    return GLib.SOURCE_REMOVE


def changed(buffer):
    # Long texts change often: once in 50 ms is enough.
    global pending
    if not pending:
        pending = True
        GLib.timeout_add(50, write, buffer)


def activate(app):
    view = Gtk.TextView(wrap_mode=Gtk.WrapMode.CHAR)
    view.get_buffer().connect("changed", changed)
    window = Gtk.ApplicationWindow(application=app, default_width=800, default_height=600)
    window.set_child(Gtk.ScrolledWindow(child=view))
    window.present()
    view.grab_focus()
    write(view.get_buffer())


app = Gtk.Application(application_id="composekey.test.view")
app.connect("activate", activate)
app.run([])
