"""A GTK 4 text view. What is typed into it is written to the file named on the command line, and taken
out of the view again: so a long text is not laid out anew with each character."""

import sys

import gi

gi.require_version("Gtk", "4.0")
from gi.repository import GLib, Gtk  # noqa: E402

output = open(sys.argv[1], "w", encoding="utf-8")
pending = False


def take(buffer):
    global pending
    output.write(buffer.get_text(buffer.get_start_iter(), buffer.get_end_iter(), True))
    output.flush()
    buffer.set_text("")
    pending = False
    return GLib.SOURCE_REMOVE


def changed(buffer):
    global pending
    if not pending:
        pending = True
        GLib.idle_add(take, buffer)


def activate(app):
    view = Gtk.TextView(wrap_mode=Gtk.WrapMode.CHAR)
    view.get_buffer().connect("changed", changed)
    window = Gtk.ApplicationWindow(application=app, default_width=800, default_height=600)
    window.set_child(Gtk.ScrolledWindow(child=view))
    window.present()
    view.grab_focus()


app = Gtk.Application(application_id="composekey.test.view")
app.connect("activate", activate)
app.run([])
