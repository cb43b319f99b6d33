//! What is true of every finding, and the lines that mend them.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use clap::Parser as _;
use composekey::{
    cli::Cli,
    diagnostic::{Code, Severity},
    doctor::{Facts, Finding},
};

use super::{Machine, examples};

/// On Wayland the daemon does not run in these examples, which is a finding by itself.
const BESIDE: &[(&str, &str)] = &[
    ("E0217", "E0202"),
    ("E0237", "E0202"),
    ("E0260", "E0202"),
    ("E0261", "E0202"),
    ("E0262", "E0202"),
    ("E0263", "E0202"),
];

#[test]
fn each_example_has_its_finding_and_no_other() {
    for (code, _, findings) in examples() {
        let found: BTreeSet<&str> = findings.iter().map(|finding| finding.code.id()).collect();
        let beside = BESIDE.iter().filter(|(id, _)| *id == code.id()).map(|(_, other)| *other);
        let expected: BTreeSet<&str> = beside.chain([code.id()]).collect();
        assert_eq!(found, expected, "{}", code.id());
    }
}

/// The programs that a line to be copied may start.
const PROGRAMS: &[&str] = &[
    "DISPLAY=:0",
    "\"${EDITOR:-nano}\"",
    "chromium",
    "composekey",
    "composekeyd",
    "echo",
    "export",
    "fcitx5",
    "fcitx5-remote",
    "flatpak",
    "gsettings",
    "ibus",
    "ibus-daemon",
    "install",
    "journalctl",
    "kill",
    "killall",
    "ln",
    "loginctl",
    "mkdir",
    "mv",
    "rm",
    "sed",
    "setxkbmap",
    "startx",
    "sudo",
    "systemctl",
    "unset",
    "xinput",
];

/// One line that a shell understands, with nothing to be filled in.
#[track_caller]
fn is_a_line_to_copy(line: &str) {
    let first = line.split(' ').next().unwrap();
    assert!(PROGRAMS.contains(&first), "`{first}` in `{line}`");
    assert!(!line.contains(['\n', '<', '…', '`']), "{line}");
    if first == "composekey" {
        let parsed = Cli::try_parse_from(line.split(' '));
        assert!(parsed.is_ok(), "{line}: {parsed:?}");
    }
    let shell = Command::new("sh").args(["-n", "-c", line]).output().unwrap();
    assert!(shell.status.success() && shell.stderr.is_empty(), "{line}");
}

#[test]
fn each_finding_is_in_the_form_of_all() {
    for (code, _, findings) in examples() {
        for finding in findings.iter().filter(|finding| finding.code == *code) {
            let Finding { what, why, fix, then, .. } = finding;
            for text in [Some(what.as_str()), Some(why), *then].into_iter().flatten() {
                assert!(!text.is_empty() && !text.ends_with('.') && !text.contains('\n'), "{text}");
                assert_eq!(text.matches('`').count() % 2, 0, "{text}");
            }
            match fix {
                Some(line) => is_a_line_to_copy(line),
                None => assert!(then.is_some() && finding.severity() == Severity::Note, "{what}"),
            }
        }
    }
}

/// The one finding of this code on this machine.
fn finding(code: Code, base: &str, text: &str) -> (Facts, Finding) {
    let (facts, findings) = Machine::named(base).with(text).examine();
    let found = findings.iter().find(|finding| finding.code == code).cloned();
    (facts, found.unwrap_or_else(|| panic!("{} is not in {findings:#?}", code.id())))
}

#[track_caller]
fn mended_by(code: Code, base: &str, text: &str, line: &str) {
    let (_, finding) = finding(code, base, text);
    assert_eq!(finding.fix.as_deref(), Some(line));
    is_a_line_to_copy(line);
}

#[test]
fn an_option_is_taken_out_where_it_is_written() {
    use Code::OptionLost;
    let gnome =
        "XDG_CURRENT_DESKTOP=GNOME\ncommand gsettings\n    ['compose:ralt', 'caps:escape']\n";
    let line = "gsettings set org.gnome.desktop.input-sources xkb-options \"['compose:ralt']\"";
    mended_by(
        OptionLost,
        "x11",
        &format!("{gnome}display option=compose:ralt option=caps:escape"),
        line,
    );
    mended_by(OptionLost, "wayland", gnome, line);
    let file = "display option=ctrl:nocaps\n\
                file /etc/default/keyboard\n    XKBLAYOUT=us\n    XKBOPTIONS=\"ctrl:nocaps\"\n";
    mended_by(OptionLost, "x11", file, "sudo sed -i '2s/ctrl:nocaps,\\?//' /etc/default/keyboard");
    let sway = "XDG_CURRENT_DESKTOP=sway\nfile ~/.config/sway/config\n    # keys\n    \
                input * {\n        xkb_options caps:super,compose:ralt\n    }\n";
    mended_by(OptionLost, "wayland", sway, "sed -i '3s/caps:super,\\?//' ~/.config/sway/config");
    let nobody = "display option=compose:ralt option=caps:hyper";
    mended_by(OptionLost, "x11", nobody, "setxkbmap -option '' -option compose:ralt");
}

#[test]
fn what_is_written_and_not_in_force_is_no_finding() {
    // The X server knows, and has no options.
    let file = "file /etc/default/keyboard\n    XKBOPTIONS=\"ctrl:nocaps\"\n";
    assert_eq!(Machine::named("x11").with(file).examine().1, []);
    // Another key is the trigger.
    let other = "config trigger=menu\ndisplay option=caps:escape\nprocess keyd uid=0";
    assert_eq!(Machine::named("x11").with(other).examine().1, []);
}

#[test]
fn a_variable_is_shown_where_it_is_set() {
    let text = "GTK_IM_MODULE=fcitx\nQT_IM_MODULE=ibus\nprocess ibus-daemon\n\
                file ~/.profile\n    umask 022\n    export GTK_IM_MODULE=fcitx\n";
    let line = "\"${EDITOR:-nano}\" +2 ~/.profile";
    mended_by(Code::MethodsContradict, "x11", text, line);
    let text = text.replace("~/.profile", "/etc/environment").replace("export ", "");
    let line = "sudo \"${EDITOR:-nano}\" +2 /etc/environment";
    mended_by(Code::MethodsContradict, "x11", &text, line);
}

#[test]
fn each_toolkit_is_shown_with_what_it_reads() {
    let through = |text: &str, base: &str| -> Vec<(String, Option<String>)> {
        let (facts, _) = Machine::named(base).with(text).examine();
        facts.compose.readers.into_iter().map(|r| (r.toolkit, r.through)).collect()
    };
    let ibus = Some("ibus".to_owned());
    // GNOME starts IBus and sets nothing: GTK asks the compositor, which asks IBus.
    let expected = [
        ("libx11", None),
        ("libxkbcommon", None),
        ("gtk3", ibus.clone()),
        ("gtk4", ibus.clone()),
        ("ibus", None),
        ("qt", None),
    ];
    let expected = expected.map(|(name, through)| (name.to_owned(), through));
    assert_eq!(through("", "wayland"), expected);
    let set = "process ibus-daemon\ndisplay xim=ibus\nXMODIFIERS=@im=ibus\nQT_IM_MODULE=ibus";
    let by_variables = through(set, "x11");
    assert_eq!(by_variables[0], ("libx11".to_owned(), ibus.clone()));
    assert_eq!(by_variables[2], ("gtk3".to_owned(), None));
    assert_eq!(by_variables[4], ("qt".to_owned(), ibus));

    // What the desktop tells GTK counts as the variable does.
    let told =
        "process ibus-daemon\ndisplay xim=ibus gtk=ibus\nXMODIFIERS=@im=ibus\nQT_IM_MODULE=ibus";
    assert_eq!(through(told, "x11")[2], ("gtk3".to_owned(), Some("ibus".to_owned())));
    assert_eq!(Machine::named("x11").with(told).examine().1, []);
    let file = "process ibus-daemon\nfile ~/.config/gtk-3.0/settings.ini\n    gtk-im-module = ibus";
    assert_eq!(through(file, "x11")[3], ("gtk4".to_owned(), Some("ibus".to_owned())));

    let (facts, _) = Machine::named("x11").examine();
    for reader in &facts.compose.readers {
        assert_eq!(reader.file.as_deref(), Some(Path::new("/home/ada/.XCompose")));
        assert_eq!(reader.broken, None);
    }
    let versions: Vec<_> = facts.compose.readers.iter().map(|r| r.version.as_deref()).collect();
    assert_eq!(versions, [Some("1.8.4"), Some("1.5"), Some("3.24.38"), Some("4.8.3"), Some("1.5")]);
}

#[test]
fn xim_without_its_server_composes_nothing() {
    let (facts, finding) = finding(Code::NoXimServer, "x11", "XMODIFIERS=@im=xyz");
    let libx11 = &facts.compose.readers[0];
    assert_eq!((libx11.toolkit.as_str(), &libx11.file), ("libx11", &None));
    assert_eq!(libx11.broken.as_deref(), Some("there is no input method `xyz`"));
    assert_eq!(finding.fix.as_deref(), Some("export XMODIFIERS=@im=none"));
    for own in ["@im=none", "@im=local", "@im="] {
        let machine = Machine::named("x11").with(&format!("XMODIFIERS={own}"));
        assert_eq!({ machine }.examine().1, [], "{own}");
    }
}

#[test]
fn on_wayland_a_daemon_of_the_machine_is_enough() {
    use Code::WaylandSession;
    mended_by(WaylandSession, "wayland", "", "composekeyd --backend evdev &");
    let unit = "file /usr/lib/systemd/system/composekeyd-evdev.service\nfile /dev/uinput 600";
    // That unit does not know the session's keymap, so it is not what is said.
    let rights = "sudo usermod -aG input,uinput \"$USER\"";
    mended_by(WaylandSession, "wayland", unit, rights);
    let codes = |more| {
        let findings = Machine::named("wayland").with(more).examine().1;
        findings.iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(unit), [WaylandSession, Code::UinputDenied]);
    assert!(!codes("user group=104").contains(&Code::InInputGroup), "it is needed there");
    let runs = "file /dev/uinput 600\nprocess composekeyd uid=990";
    assert_eq!(Machine::named("wayland").with(runs).examine().1, []);
}

#[test]
fn on_a_console_a_daemon_that_has_the_keyboards_is_enough() {
    let found = |daemon: &str| Machine::named("console").with(daemon).examine().1;
    let codes = |daemon| found(daemon).iter().map(|finding| finding.code).collect::<Vec<_>>();
    assert!(codes("daemon none").contains(&Code::NoDisplay));
    let quiet = codes("daemon input=evdev");
    assert!(!quiet.contains(&Code::NoDisplay), "{quiet:?}");
    let untyped = found("daemon input=evdev untyped=1").into_iter().find(|finding| {
        assert!(!finding.what.contains("display"), "{}", finding.what);
        finding.code == Code::CharactersUntyped
    });
    let untyped = untyped.expect("the finding");
    assert!(untyped.what.starts_with("1 character of"), "{}", untyped.what);
    assert_eq!(untyped.why, "`composekey-console` is not installed");
}

#[test]
fn under_wayland_the_option_gives_characters_their_keys() {
    let daemon = "file /dev/uinput 600\ndaemon input=evdev untyped=412";
    mended_by(Code::CharactersUntyped, "wayland", daemon, "composekey xkb install");
}

#[test]
fn what_could_not_be_looked_at_is_said() {
    let (facts, _) = Machine::named("x11").with("command systemctl hangs").examine();
    let why: Vec<_> = facts.unseen.iter().map(|unseen| unseen.why.as_str()).collect();
    assert_eq!(why, ["no answer in time"]);
    let alone = "gone /proc\nfile /proc/stat\n    btime 0\nprocess xfwm4\nprocess composekeyd";
    let (facts, _) = Machine::named("x11").with(alone).examine();
    assert!(facts.unseen.iter().any(|unseen| unseen.what == "processes of others"));
}

#[test]
fn the_page_lists_every_finding() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/doctor.md"));
    let page = page.unwrap();
    let listed: Vec<&str> = page.lines().filter(|line| line.starts_with("| E02")).collect();
    let expected: Vec<String> = examples()
        .iter()
        .map(|(code, ..)| {
            let title = code.story().unwrap().title;
            format!("| {} | {title} | {} |", code.id(), code.severity().name())
        })
        .collect();
    assert_eq!(listed.len(), expected.len());
    for (line, start) in listed.iter().zip(&expected) {
        assert!(line.starts_with(start), "{line}\nis not\n{start}");
    }
}
