//! docs/tour.md, as a new user takes it: installed into an empty home, the daemon started, the keys typed into a window.

use std::fs;

use self::steps::{Keys, Source, Step, as_ada, is_shown, steps};
use crate::support::{App, Daemon, Desk, program};

#[path = "../shared/steps.rs"]
mod steps;

#[test]
fn the_tour() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    fs::remove_file(desk.home.config()).unwrap();
    let source = Source::new(&desk.server.path("source"), program);
    let mut typed = String::new();
    for step in steps("docs/tour.md") {
        match step {
            Step::Run { command, shows } if command == "composekeyd &" => {
                let installed = desk.home.path(".local/bin/composekeyd");
                let daemon = Daemon::start_program(&desk.home, &installed);
                let said = as_ada(&daemon.messages(), &desk.home.path("")) + "\n";
                assert!(is_shown(&said, &shows), "it says\n{said}\nand not\n{shows}");
                desk.daemon = Some(daemon);
            }
            Step::Run { command, shows } => {
                let answer = source.run(desk.home.shell("bash"), &command, &desk.home.path(""));
                assert!(is_shown(&answer, &shows), "`{command}` says\n{answer}\nand not\n{shows}");
            }
            Step::Type { keys, text } => {
                for keys in keys {
                    match keys {
                        Keys::Plain(keys) => desk.keyboard.text(&keys),
                        Keys::Held(keys) => desk.keyboard.hold(&keys),
                    }
                }
                typed += &text;
                desk.expect(&typed);
                // The next row is typed after a look at this one.
                desk.expect_rest(false);
            }
        }
    }
    assert!(!desk.home.path(".local/bin/composekeyd").exists());
    desk.finish(&typed);
}
