//! `composekey test --as PROFILE --keysyms`.

use std::{io::Write, process::Stdio};

use crate::support::{Home, Ran};

const COMPOSE: &str = "<Multi_key> <a> <e> : \"æ\" ae # note\n\
    <Multi_key> <q> : \"say \\\"hi\\\"\\\\\"\n\
    <Multi_key> <Left> : Right\n\
    <Multi_key> <minus> <minus> : \"–\"\n\
    <Multi_key> <minus> : \"-\"\n";

fn home() -> Home {
    let home = Home::new();
    home.write("Compose", COMPOSE);
    home
}

fn ran(status: i32, out: &str, err: &str) -> Ran {
    Ran { status, out: out.into(), err: err.into() }
}

/// Types the names as this program would.
fn typed(home: &Home, profile: &str, names: &str) -> Ran {
    let names: Vec<_> = names.split(' ').collect();
    home.run(&[&["test", "--file", "Compose", "--as", profile, "--keysyms"], &names[..]].concat())
}

#[test]
fn one_line_a_key() {
    let typed =
        typed(&home(), "libx11", "x Shift_L Multi_key a e Multi_key q Multi_key Left Multi_key x");
    let expected = "ignored\nignored\npending\npending\ncomposed \"æ\" ae\npending\n\
        composed \"say \\\"hi\\\"\\\\\"\npending\ncomposed \"\" Right\npending\naborted\n";
    assert_eq!(typed, ran(0, expected, ""));
}

#[test]
fn versions_differ() {
    let home = home();
    let longer = ran(0, "pending\npending\ncomposed \"–\"\n", "");
    let shorter = ran(0, "pending\ncomposed \"-\"\nignored\n", "");
    for (profile, expected) in [
        ("libx11", &longer),
        ("libxkbcommon@1.5", &longer),
        ("libxkbcommon@1.9.2", &longer),
        ("libxkbcommon@1.10", &shorter),
        ("qt@1.10", &shorter),
        ("fcitx5", &longer),
    ] {
        assert_eq!(&typed(&home, profile, "Multi_key minus minus"), expected, "{profile}");
    }
}

#[test]
fn json() {
    let names = ["--keysyms", "Multi_key", "a", "e", "--json"];
    let typed =
        home().run(&[&["test", "--file", "Compose", "--as", "libx11"], &names[..]].concat());
    let expected = "{\"key\":\"Multi_key\",\"result\":\"pending\"}\n{\"key\":\"a\",\"result\":\"pending\"}\n\
        {\"key\":\"e\",\"result\":\"composed\",\"text\":\"æ\",\"keysym\":\"ae\"}\n";
    assert_eq!(typed, ran(0, expected, ""));
}

#[test]
fn names_on_the_standard_input() {
    let home = home();
    let mut command = home.command(&["test", "--file", "Compose", "--as", "libx11", "--keysyms"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"Multi_key\n\n  q  \nx").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let expected = "pending\ncomposed \"say \\\"hi\\\"\\\\\"\nignored\n";
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn what_cannot_be() {
    let home = home();
    assert_eq!(
        typed(&home, "libx11", "Multi_key Lfet"),
        ran(2, "pending\n", "error: unknown keysym `Lfet`; did you mean `Left`?\n")
    );
    home.write("Compose", "<a> : \"x\"\ninclude \"/missing\"\n");
    let refused = "error: ~/.config/composekey/Compose:2:1: error reading `/missing`: there is no \
        such file: `libxkbcommon` makes no table of this file\n";
    assert_eq!(typed(&home, "libxkbcommon", "a"), ran(2, "", refused));
    assert_eq!(typed(&home, "libx11", "a"), ran(0, "composed \"x\"\n", ""));
    home.write("Compose", "<nonsense> : \"x\"\n".repeat(11));
    let typed_11 = typed(&home, "libxkbcommon", "a");
    assert_eq!(typed_11.status, 2);
    assert!(
        typed_11.err.contains("Compose:11:1: more than 10 lines of a file are wrong"),
        "{typed_11:?}"
    );
    let missing = home.run(&["test", "--file", "none", "--as", "libx11", "--keysyms", "a"]);
    let expected = "error: ~/.config/composekey/none: the file cannot be read: there is no such file: \
        `libx11` makes no table of this file\n";
    assert_eq!(missing, ran(2, "", expected));
    let unknown = typed(&home, "libx12", "a");
    assert_eq!(unknown.status, 2);
    assert!(
        unknown.err.contains("unknown profile `libx12`; did you mean `libx11`?"),
        "{unknown:?}"
    );
}

#[test]
fn without_a_file_the_one_that_the_program_looks_for() {
    let home = home();
    let run = |profile: &str, file: Option<&str>| {
        let mut command = home.command(&["test", "--as", profile, "--keysyms", "Multi_key", "q"]);
        command.envs(file.map(|file| ("XCOMPOSEFILE", home.path(file))));
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let own = (Some(0), "pending\ncomposed \"say \\\"hi\\\"\\\\\"\n".to_owned(), String::new());
    let system = (Some(0), "pending\naborted\n".to_owned(), String::new());
    assert_eq!(run("libx11", Some("Compose")), own);
    assert_eq!(run("libxkbcommon", Some("Compose")), own);
    // The locale's file has no such rule.
    assert_eq!(run("libxkbcommon", Some("none")), system);
    let (status, out, err) = run("libx11", Some("none"));
    assert_eq!((status, out.as_str()), (Some(2), ""));
    assert!(err.starts_with("error: `libx11` composes nothing: it reads only `"), "{err}");

    std::fs::copy(home.path("Compose"), home.path("../XCompose")).unwrap();
    assert_eq!(run("libxkbcommon", None), own);
    std::fs::rename(home.path("../XCompose"), home.path("../../.XCompose")).unwrap();
    assert_eq!(run("libxkbcommon", None), own);
    assert_eq!(run("libx11", None), own);
}

#[test]
fn without_a_file_gtk_and_ibus_search_as_they_do() {
    let home = Home::new();
    let rule = |text: &str| format!("<Multi_key> <q> <q> : \"{text}\"\n");
    home.write("../../.XCompose", rule("home"));
    home.write("variable", rule("variable"));
    let variable = home.path("variable");
    let typed = |profile: &str, variable: Option<&std::path::Path>| {
        let mut command =
            home.command(&["test", "--as", profile, "--keysyms", "Multi_key", "q", "q"]);
        command.envs(variable.map(|path| ("XCOMPOSEFILE", path)));
        let out = String::from_utf8(command.output().unwrap().stdout).unwrap();
        out.lines().last().unwrap().to_owned()
    };
    // IBus reads both, and what it reads later counts; the others do not know the variable.
    for (profile, without, with) in [
        ("gtk3", "home", "home"),
        ("gtk4", "home", "home"),
        ("ibus", "home", "variable"),
        ("libx11", "home", "variable"),
        ("libxkbcommon", "home", "variable"),
    ] {
        assert_eq!(typed(profile, None), format!("composed \"{without}\""), "{profile}");
        assert_eq!(typed(profile, Some(&variable)), format!("composed \"{with}\""), "{profile}");
    }
    // A file of which GTK 4 makes no table: it goes on to the next.
    std::fs::create_dir_all(home.path("../gtk-4.0")).unwrap();
    home.write("../gtk-4.0/Compose", "# nothing\n");
    assert_eq!(typed("gtk4", None), "composed \"home\"");
    std::fs::remove_file(home.path("../../.XCompose")).unwrap();
    assert_eq!(typed("gtk4", None), "aborted");
}

#[test]
fn json_says_what_becomes_of_keys_that_lead_nowhere() {
    let home = home();
    for (profile, then) in [
        ("libx11", "the keys are lost"),
        ("gtk3", "the keys are lost, and it beeps"),
        ("ibus", "the keys are lost"),
        ("ibus@1.5.32", "the key is lost, the keys before it stay"),
        ("qt", "the keys before it are lost, the key goes to the application"),
    ] {
        let args =
            ["test", "--file", "Compose", "--as", profile, "--json", "--keysyms", "Multi_key"];
        let ran = home.run(&[&args[..], &["a", "F7"]].concat());
        let line = format!("{{\"key\":\"F7\",\"result\":\"aborted\",\"then\":\"{then}\"}}");
        assert_eq!(ran.out.lines().last(), Some(line.as_str()), "{profile}");
    }
}
