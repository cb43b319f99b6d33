//! `composekey generate` and `undo`: what is written, what is left alone, what is said.

use std::{fs, os::unix::fs::symlink, path::PathBuf, process::Command};

use crate::support::{Home, Ran};

const ONE: &str = "keymaps = []\n[sequences]\nla = \"λ\"\n";

#[track_caller]
fn check(ran: &Ran, status: i32, out: &str, err: &str) {
    assert_eq!(ran.out, out, "stdout");
    assert_eq!(ran.err, err, "stderr");
    assert_eq!(ran.status, status, "status");
}

fn xcompose(home: &Home) -> PathBuf {
    home.path("../../.XCompose")
}

/// What is in `~/.XCompose`, if there is one.
fn there(home: &Home) -> Option<String> {
    fs::read_to_string(xcompose(home)).ok()
}

#[test]
fn stdout_shows_the_file_and_what_it_left_out() {
    let home = Home::with_config("keymaps = []\n[sequences]\nla = \"λ\"\nla1 = \"λ₁\"\n");
    let out = "\
# Written by composekey ac0c1af02704f514: change its keymaps, not this file.

# config
<Multi_key> <l> <a> <1> : \"λ₁\"
";
    let err = "\
warning[E0027]: `la` is not in the Compose file: `la1` starts with it
 --> ~/.config/composekey/config.toml:3:1
  |
3 | la = \"λ\"
  | ^^ this rule is left out
4 | la1 = \"λ₁\"
  | --- for this longer one
  |
  = help: the daemon has both; for other programs give the short one another
          ending

";
    check(&home.run(&["generate", "--stdout"]), 0, out, err);
    assert_eq!(there(&home), None);
    home.write("config.toml", "[sequences]\nla = 1\n");
    assert_eq!(home.run(&["generate", "--stdout"]).status, 1, "an error in the map");
}

#[test]
fn it_writes_and_says_so_and_undo_goes_back() {
    let home = Home::with_config(ONE);
    let wrote = "\
wrote ~/.XCompose: 1 sequence
programs read it when they start: restart them, or log in anew
";
    check(&home.run(&["generate"]), 0, "", wrote);
    let first = there(&home).unwrap();
    assert!(first.ends_with("<Multi_key> <l> <a> : \"λ\" Greek_lamda\n"), "{first}");
    check(&home.run(&["generate"]), 0, "", "~/.XCompose is up to date\n");

    home.write("config.toml", ONE.replace("λ", "Λ"));
    let ran = home.run(&["generate", "--dry-run"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(&lines[..2], ["--- ~/.XCompose", "+++ ~/.XCompose"]);
    assert!(lines.contains(&"-<Multi_key> <l> <a> : \"λ\" Greek_lamda"), "{}", ran.out);
    assert!(lines.contains(&"+<Multi_key> <l> <a> : \"Λ\" Greek_LAMDA"), "{}", ran.out);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(there(&home).as_ref(), Some(&first), "nothing is written");

    assert_eq!(home.run(&["generate"]).status, 0);
    assert_ne!(there(&home).as_ref(), Some(&first));
    check(&home.run(&["undo"]), 0, "~/.XCompose is as it was before: 4 lines\n", "");
    assert_eq!(there(&home).as_ref(), Some(&first));
    let ran = home.run(&["undo", "../../.XCompose"]);
    check(&ran, 0, "~/.config/composekey/../../.XCompose is removed: there was none before\n", "");
    assert_eq!(there(&home), None);
    let nothing = "nothing to undo: no older version of ~/.XCompose is kept\n";
    check(&home.run(&["undo"]), 1, "", nothing);
}

#[test]
fn undo_of_nothing() {
    let ran = Home::new().run(&["undo"]);
    check(&ran, 1, "", "nothing to undo: composekey has written no file yet\n");
}

#[test]
fn a_file_of_somebody_else_is_left_alone() {
    let home = Home::with_config(ONE);
    let mine = "<Multi_key> <x> : \"mine\"\n";
    fs::write(xcompose(&home), mine).unwrap();
    let expected = "\
error[E0040]: `~/.XCompose` is left alone: composekey did not write it
 |
 = help: ";
    for args in [&["generate"][..], &["generate", "--dry-run"]] {
        let ran = home.run(args);
        assert_eq!(ran.status, 2);
        assert!(ran.err.starts_with(expected), "{}", ran.err);
        assert_eq!(there(&home).as_deref(), Some(mine));
    }
    let ran = home.run(&["generate", "--json"]);
    assert!(ran.out.lines().last().unwrap().contains("\"code\":\"E0040\""), "{}", ran.out);

    assert_eq!(home.run(&["generate", "--force"]).status, 0);
    let generated = there(&home).unwrap();
    assert_ne!(generated, mine);
    // A line added by hand makes it somebody's file.
    fs::write(xcompose(&home), generated + mine).unwrap();
    let ran = home.run(&["generate"]);
    assert!(ran.err.contains("somebody changed it since composekey wrote it"), "{}", ran.err);
    assert_eq!(ran.status, 2);
    assert_eq!(home.run(&["undo"]).status, 0);
    assert_eq!(there(&home).as_deref(), Some(mine));
}

#[test]
fn every_target_has_its_place() {
    let home = Home::with_config(ONE);
    for (target, file) in [
        ("xdg", "../XCompose"),
        ("gtk3", "../gtk-3.0/Compose"),
        ("gtk4", "../gtk-4.0/Compose"),
        ("ibus", "../ibus/Compose"),
    ] {
        let ran = home.run(&["generate", "--target", target]);
        let said = format!("wrote ~/.config/{}: 1 sequence\n", &file[3..]);
        assert!(ran.err.starts_with(&said), "{}", ran.err);
        assert!(fs::read_to_string(home.path(file)).unwrap().contains("<l> <a>"), "{target}");
    }
    let ran = home.run(&["generate"]);
    let notes = "but Qt, terminals and compositors read ~/.config/XCompose instead\n\
                 but GTK 3 reads ~/.config/gtk-3.0/Compose instead\n\
                 but GTK 4 reads ~/.config/gtk-4.0/Compose instead\n\
                 but IBus reads ~/.config/ibus/Compose instead\n";
    assert!(ran.err.ends_with(notes), "{}", ran.err);
    check(
        &home.run(&["generate", "--output", "a"]),
        0,
        "",
        "wrote ~/.config/composekey/a: 1 sequence\n",
    );
}

#[test]
fn a_removal_writes_the_locale_out() {
    let home = Home::with_config("keymaps = ['system']\nremove = ['oc']\n[sequences]\nla = 'λ'\n");
    let ran = home.run(&["generate"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(
        ran.err.contains(
            "the table of the locale is written out: without `oc`, which an include has\n"
        ),
        "{}",
        ran.err
    );
    let text = there(&home).unwrap();
    assert!(!text.contains("include \"") && !text.contains("<Multi_key> <o> <c> "));
    assert!(text.lines().count() > 5000);

    home.write("config.toml", "keymaps = ['system']\n");
    let ran = home.run(&["generate"]);
    assert!(
        ran.err.starts_with("wrote ~/.XCompose: 0 sequences beside the locale's own\n"),
        "{}",
        ran.err
    );
    assert!(there(&home).unwrap().starts_with("include \"%L\"\n"));
}

#[test]
fn what_libxkbcommon_refuses_is_taken_back() {
    let home = Home::with_config(ONE);
    assert_eq!(home.run(&["generate"]).status, 0);
    let before = there(&home);
    home.write("config.toml", "keymaps = ['system']\n[sequences]\nla = 'λ'\n");
    fs::create_dir_all(home.path("locale/en_US.UTF-8")).unwrap();
    home.write("locale/compose.dir", "en_US.UTF-8/Compose: en_US.UTF-8\n");
    home.write("locale/en_US.UTF-8/Compose", "<nonsense> : \"x\"\n".repeat(11));
    let mut command = home.command(&["generate"]);
    let output = command.env("XLOCALEDIR", home.path("locale")).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("error[E0043]: libxkbcommon refuses the file"), "{err}");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(there(&home), before);
}

#[test]
fn a_broken_map_is_not_written() {
    let home = Home::with_config("[sequences]\nla = 1\n");
    let ran = home.run(&["generate"]);
    assert!(ran.err.ends_with("nothing is written: the configuration has errors, see above\n"));
    assert_eq!((ran.status, there(&home)), (1, None));
}

/// Runs `generate` with a limit on the size of files, as a full disk has one: past it the system
/// says so, or ends the process in the middle of the write when it does not listen.
fn with_little_room(home: &Home, listens: bool) -> Ran {
    let trap = if listens { "trap '' XFSZ; " } else { "" };
    let script = format!("{trap}ulimit -f 8; exec \"$0\" generate");
    let original = home.command(&[]);
    let mut command = Command::new("sh");
    command.args(["-c", &script]).arg(original.get_program()).current_dir(home.path(""));
    command.env_clear().envs(original.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap_or(-1);
    Ran { status, out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_full_disk_and_a_crash_leave_the_old_file_whole() {
    let home = Home::with_config(ONE);
    let dotfiles = home.path("../../dotfiles");
    symlink("dotfiles", xcompose(&home)).unwrap();
    assert_eq!(home.run(&["generate"]).status, 0);
    let before = there(&home);
    home.write("config.toml", "keymaps = ['system', 'greek']\nremove = ['oc']\n");

    let ran = with_little_room(&home, true);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(ran.err.contains("error[E0042]"), "{}", ran.err);
    assert_eq!(there(&home), before);
    let names = || {
        let entries = fs::read_dir(home.path("../..")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    assert!(!names().iter().any(|name| name.ends_with(".new")), "{:?}", names());

    let ran = with_little_room(&home, false);
    assert_eq!(ran.status, -1, "it ended by the signal: {}", ran.err);
    assert_eq!(there(&home), before);
    // And the next one works.
    assert_eq!(home.run(&["generate"]).status, 0);
    assert!(fs::read_to_string(dotfiles).unwrap().len() > 100_000);
    assert_eq!(home.run(&["undo"]).status, 0);
    assert_eq!(there(&home), before);
}

#[test]
fn a_disk_without_a_byte_left() {
    let home = Home::with_config("keymaps = ['system', 'greek']\nremove = ['oc']\n");
    // A disk of 64 KiB in a name space of its own; whoever may not make one tries as root of it.
    let root = rustix::process::geteuid().is_root();
    let script = "mount -t tmpfs -o size=64k none ../../disk && echo old > ../../disk/file && \
                  \"$0\" generate --output ../../disk/file --force; echo $?; cat ../../disk/file; ls -A ../../disk";
    fs::create_dir(home.path("../../disk")).unwrap();
    let original = home.command(&[]);
    let mut command = Command::new("unshare");
    command.arg(if root { "-m" } else { "-rm" }).args(["sh", "-c", script]);
    command.arg(original.get_program()).current_dir(home.path(""));
    command.envs(original.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().expect("unshare is there: make deps");
    let (out, err) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(err.contains("the disk is full"), "{out}{err}");
    assert_eq!(out, "2\nold\nfile\n");
}
