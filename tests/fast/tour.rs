//! What docs/tour.md and README.md tell a new user to do, done in an empty home. Typing is in `tests/e2e/tour.rs`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use self::steps::{Source, Step, is_shown, steps};
use crate::docs::{blocks, read};

#[expect(dead_code, reason = "nobody types here")]
#[path = "../shared/steps.rs"]
mod steps;

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_composekey")).with_file_name(name)
}

/// A shell with nothing of the user's own.
fn shell(name: &str) -> Command {
    let mut command = Command::new(name);
    let _ = command.env_clear().env("LANG", "C.UTF-8").env("XKB_DEFAULT_LAYOUT", "us");
    command
}

#[test]
fn the_tours_commands_say_what_it_shows() {
    let folder = TempDir::new().unwrap();
    let home = TempDir::new().unwrap();
    let source = Source::new(folder.path(), program);
    let mut count = 0;
    for step in steps("docs/tour.md") {
        let Step::Run { command, shows } = step else { continue };
        // Here no daemon runs, and none tells of itself.
        if command.ends_with('&') {
            continue;
        }
        let lines = shows.lines().filter(|line| !line.starts_with("composekeyd, process"));
        let shows: String = lines.map(|line| format!("{line}\n")).collect();
        let answer = source.run(shell("bash"), &command, home.path());
        assert!(is_shown(&answer, &shows), "`{command}` says\n{answer}\nand not\n{shows}");
        count += 1;
    }
    assert!(count > 10, "only {count} commands");
    // It took away what it brought, and left the user's own.
    assert_eq!(files(&home.path().join(".local/bin")), BTreeSet::new());
    assert_eq!(files(&home.path().join(".local/share")), BTreeSet::new());
    assert!(home.path().join(".config/composekey/config.toml").exists());
}

#[test]
fn the_readmes_commands_say_what_it_shows() {
    let (folder, home) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let source = Source::new(folder.path(), program);
    let path = format!("PATH={}:$PATH", program("").display());
    let mut count = 0;
    for step in steps("README.md") {
        let Step::Run { command, shows } = step else { continue };
        let answer = source.run(shell("bash"), &format!("{path}; {command}"), home.path());
        assert!(is_shown(&answer, &shows), "`{command}` says\n{answer}\nand not\n{shows}");
        count += 1;
    }
    assert!(count > 0);
}

/// The files below a folder, by their paths in it.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries.map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).iter().map(|below| format!("{name}/{below}")));
        } else {
            let _ = found.insert(name);
        }
    }
    found
}

#[test]
fn the_readme_installs() {
    let folder = TempDir::new().unwrap();
    let root = TempDir::new().unwrap();
    let source = Source::new(folder.path(), program);
    let readme = blocks(&read("README.md"));
    let install = readme.iter().find(|block| block.heading == "Install").unwrap();
    assert_eq!(install.text.lines().count(), 3, "{}", install.text);
    for line in install.text.lines() {
        let mut shell = shell("sh");
        let _ = shell.env("DESTDIR", root.path());
        let _ = source.run(shell, line, folder.path());
    }
    let installed = |name: &str| root.path().join("usr/local").join(name);
    for name in ["composekey", "composekeyd"] {
        let output = Command::new(installed("bin").join(name)).arg("--version").output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            format!("{name} {}\n", env!("CARGO_PKG_VERSION"))
        );
    }
    let unit = fs::read_to_string(installed("share/systemd/user/composekeyd.service")).unwrap();
    assert!(unit.contains("\nExecStart=/usr/local/bin/composekeyd\n"), "{unit}");
    let asked = fs::read_to_string(source.path("asked-of-systemctl")).unwrap();
    assert_eq!(asked, "--user enable --now composekeyd\n");

    // Everything that is generated for users is among it, at the place that packaging/README.md names.
    let programs = ["bin/composekey", "bin/composekeyd", "libexec/composekey-console"];
    let mut expected = BTreeSet::from(programs.map(str::to_owned));
    let _ = expected.insert("share/systemd/user/composekeyd.service".to_owned());
    let packaging = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging");
    expected.extend(files(&packaging.join("man")).iter().map(|page| {
        let section = page.rsplit('.').next().unwrap();
        format!("share/man/man{section}/{page}")
    }));
    expected.extend(
        files(&packaging.join("schema")).iter().map(|s| format!("share/composekey/schema/{s}")),
    );
    expected.extend(files(&packaging.join("completions")).iter().map(|name| {
        match (name.strip_suffix(".bash"), name.strip_suffix(".fish")) {
            (Some(bash), _) => format!("share/bash-completion/completions/{bash}"),
            (None, Some(_)) => format!("share/fish/vendor_completions.d/{name}"),
            (None, None) => format!("share/zsh/site-functions/{name}"),
        }
    }));
    assert_eq!(files(&root.path().join("usr/local")), expected);
    let mut shell = shell("sh");
    let _ = shell.env("DESTDIR", root.path());
    let _ = source.run(shell, "sudo make uninstall", folder.path());
    assert_eq!(files(root.path()), BTreeSet::new());
}
