//! What commands show, whole, as a terminal of 80 columns has it, plainly and in colours: `shown/NAME.txt`. Written anew with
//! `COMPOSEKEY_WRITE=1`; docs/testing.md lists which command is where.

use std::{collections::BTreeSet, fs, path::Path};

use clap::CommandFactory;
use composekey::{
    cli::{self, Terminal},
    config::Paths,
    diagnostic::Style,
};
use unicode_width::UnicodeWidthStr;

use crate::{
    docs::read,
    support::{Home, Ran},
};

/// Runs a command as on a terminal of 80 columns, with a US keyboard, and without a locale's Compose file.
pub(crate) fn on_terminal(home: &Home, style: Style, args: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut terminal = Terminal {
        out: &mut out,
        err: &mut err,
        out_style: style,
        err_style: style,
        width: Some(80),
        pager: None,
    };
    let root = home.root();
    let env = |name: &str| (name == "XKB_DEFAULT_LAYOUT").then(|| "us".into());
    let paths = Paths::new(root.join(".config"), Some(root.join("run")), Some(root.into()), env);
    let args = ["composekey"].iter().chain(args).map(Into::into);
    let status = cli::run(args, &paths, &mut terminal) as i32;
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { status, out: text(out), err: text(err) }
}

/// Compares what is shown with `shown/NAME.txt`; the escape is written `␛`.
#[track_caller]
pub(crate) fn shown(name: &str, home: &Home, args: &[&str]) {
    shown_in(name, || home, args);
}

/// The same in a new home each time, for a command that writes.
#[track_caller]
fn shown_in<H: std::borrow::Borrow<Home>>(name: &str, home: impl Fn() -> H, args: &[&str]) {
    let mut found = String::new();
    for style in [Style::Plain, Style::Colour] {
        let home = home();
        let home = home.borrow();
        let root = home.root().to_str().unwrap();
        let args: Vec<String> =
            args.iter().map(|arg| arg.replace("~/", &format!("{root}/"))).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let Ran { status, out, err } = on_terminal(home, style, &args);
        let wide = out.lines().chain(err.lines()).map(|line| plain(&line.replace(root, "~")));
        let wide: Vec<_> = wide.filter(|line| line.width() > 80 && !is_long(line, &args)).collect();
        assert!(wide.is_empty(), "{name}: wider than 80 columns: {wide:#?}");
        found += &format!("$ composekey {}\n{out}{err}[{status}]\n\n", args.join(" "))
            .replace(root, "~");
    }
    compare(name, &found);
}

/// Compares what was said with what was said before.
#[track_caller]
fn compare(name: &str, found: &str) {
    let found = uncounted(&found.replace('\u{1b}', "␛"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fast/shown/{name}.txt"));
    if std::env::var_os("COMPOSEKEY_WRITE").is_some() {
        fs::write(&file, &found).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == expected, "{name} shows\n{found}\n\ninstead of\n{expected}");
}

/// Whether a line has a width of its own: it has the name of a file, or is the message of a finding, or is for another program.
fn is_long(line: &str, args: &[&str]) -> bool {
    let finding = ["note[", "warning[", "error["].iter().any(|head| line.starts_with(head));
    finding || line.contains("~/") || args.contains(&"--lines") || args.contains(&"--stdout")
}

/// The answer without the number of sequences where the locale's Compose file is among them: libX11's version decides it.
fn uncounted(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(" sequences from system") {
        Some((before, after)) => {
            let before = before.trim_end_matches(|c: char| c.is_ascii_digit());
            format!("{before}N sequences from system{after}\n")
        }
        None => format!("{line}\n"),
    });
    lines.collect()
}

/// A line without its colours.
fn plain(line: &str) -> String {
    let mut pieces = line.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.filter_map(|piece| Some(piece.split_once('m')?.1)).fold(first, |line, p| line + p)
}

/// Some keymaps and sequences of one's own: the same on every machine, as the locale's Compose file is not.
fn usual() -> Home {
    Home::with_config(
        "keymaps = ['umlauts', 'greek', 'arrows']\n[sequences]\n\
         la = { text = 'λ', name = 'lambda' }\nsig = \"Ada\\nLovelace\"\n",
    )
}

/// A small map, and files that it does not use.
fn small() -> Home {
    let home = Home::with_config(
        "keymaps = ['esperanto']\n[sequences]\nla = { text = 'λ', name = 'lambda' }\n\
         oc = '°C'\nsig = \"Ada\\nLovelace\"\n'--' = '–'\n'---' = '—'\n",
    );
    let wrong = "[keymap]\ntitle = \"Wrong\"\n[sequences]\nla = 1\nq = 'x'\nqq = 'y'\nnot a line\n";
    home.write("wrong.toml", wrong);
    let compose = "<Multi_key> <l> <a> : \"λ\" Greek_lambda\n\
                   <Multi_key> <l> : \"ł\"\n<Multi_key> x\n";
    home.write("XCompose", compose);
    home
}

#[test]
fn the_program() {
    shown("help", &usual(), &["--help"]);
    shown("usage", &usual(), &["fnd"]);
}

#[test]
fn test_and_explain() {
    shown("test", &usual(), &["test", "\"u"]);
    shown("test-beginning", &usual(), &["test", "--"]);
    shown("test-several-lines", &usual(), &["test", "sig"]);
    shown("test-near", &usual(), &["test", "\"q"]);
    shown("test-nothing", &small(), &["test", "zzzz"]);
    shown("explain-code", &usual(), &["explain", "E0016"]);
    shown("explain-keys", &usual(), &["explain", "la"]);
}

#[test]
fn list_and_pick() {
    shown("list", &small(), &["list"]);
    shown("list-word", &usual(), &["list", "--word", "omega"]);
    shown("list-stats", &small(), &["list", "--stats", "config", "esperanto", "greek"]);
    shown("pick-lines", &small(), &["pick", "--lines"]);
}

#[test]
fn commands_that_write() {
    let removed = || {
        let home = small();
        let ran = home.run(&["remove", "oc"]);
        assert_eq!(ran.status, 0, "{}", ran.err);
        home
    };
    shown_in("add", small, &["add", "zl", "łódź", "--name", "boat"]);
    shown_in("add-taken", small, &["add", "oc", "x"]);
    shown_in("add-dry-run", small, &["add", "zl", "łódź", "--dry-run"]);
    shown_in("remove", small, &["remove", "oc"]);
    shown_in("remove-of-a-keymap", usual, &["remove", "\"u"]);
    shown_in("undo", removed, &["undo"]);
    shown_in("generate", small, &["generate", "--dry-run"]);
    shown_in("generate-vim", small, &["generate", "--target", "vim", "--stdout"]);
    shown_in("import", small, &["import", "~/.config/composekey/XCompose"]);
}

#[test]
fn check_and_cheatsheet() {
    shown("check", &usual(), &["check"]);
    shown("check-keymap", &small(), &["check", "~/.config/composekey/wrong.toml"]);
    shown("check-compose-file", &small(), &["check", "~/.config/composekey/XCompose"]);
    shown("cheatsheet", &small(), &["cheatsheet"]);
    shown("cheatsheet-keymap", &usual(), &["cheatsheet", "--keymap", "greek"]);
}

#[test]
fn the_daemon_that_does_not_run() {
    shown("status", &usual(), &["status"]);
    shown("reload", &usual(), &["reload"]);
}

/// What the desktop is, the program asks its environment: so it runs as one of its own here.
#[test]
fn the_option() {
    let home = usual();
    for name in ["install", "status", "remove"] {
        let ran = home.run(&["xkb", name]);
        compare(
            &format!("xkb-{name}"),
            &format!("$ composekey xkb {name}\n{}{}[{}]\n", ran.out, ran.err, ran.status),
        );
        assert_eq!(home.run(&["xkb", name, "--color", "always"]).out.find('\u{1b}'), None);
    }
}

/// The table in docs/testing.md has every command, and every file.
#[test]
fn the_document_has_all() {
    let page = read("docs/testing.md");
    let section =
        page.split("## What a command shows").nth(1).unwrap().split("\n## ").next().unwrap();
    let ticked: BTreeSet<&str> = section.split('`').skip(1).step_by(2).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fast/shown");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let files: Vec<String> =
        names.map(|name| name.into_string().unwrap().replace(".txt", "")).collect();
    let cli = cli::Cli::command();
    let commands = cli.get_subcommands().map(|command| command.get_name().to_owned());
    let missing: Vec<_> =
        files.into_iter().chain(commands).filter(|name| !ticked.contains(&**name)).collect();
    assert_eq!(missing, [""; 0]);
}
