//! The same keys into different toolkits.

use rustix::process::Signal;

use crate::support::{App, Desk, send};

fn type_here(desk: &mut Desk) {
    for _ in 0..5 {
        desk.keyboard.text("a");
        desk.keyboard.hold("\"ula=e");
        desk.keyboard.text("B");
        desk.keyboard.hold("--");
        desk.keyboard.hold(":)hi");
        desk.keyboard.text("c");
    }
}

fn expected() -> String {
    "aüλ€B–😀hello, worldc".repeat(5)
}

#[test]
fn xterm() {
    let mut desk = Desk::with_app(App::xterm);
    type_here(&mut desk);
    desk.finish(&expected());
}

#[test]
fn gtk_entry() {
    let mut desk = Desk::with_app(App::zenity);
    type_here(&mut desk);
    desk.expect_rest(false);
    desk.app.submit(&mut desk.keyboard, &expected());
}

#[test]
fn qt_line_edit() {
    let mut desk = Desk::with_app(App::qt);
    type_here(&mut desk);
    desk.finish(&expected());
}

#[test]
fn a_stopped_client_reads_later_what_was_typed() {
    let mut desk = Desk::new("");
    send(desk.app.id(), Signal::STOP);
    desk.keyboard.hold("la");
    desk.keyboard.text("b");
    desk.keyboard.hold("=e\"u");
    desk.keyboard.text("c");
    desk.expect_rest(false);
    send(desk.app.id(), Signal::CONT);
    desk.finish("λb€üc");
}
