use std::os::unix::fs::{chown, symlink};

use tempfile::TempDir;

use super::*;

/// A home folder and what is remembered of its files.
struct Home {
    dir: TempDir,
    versions: Versions,
}

impl Home {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let versions = Versions::new(&dir.path().join("state"));
        Self { dir, versions }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn save(&self, path: &Path, text: &str) -> Result<(), Diagnostic> {
        Place::look(path)?.save(text.as_bytes(), &self.versions)
    }

    /// What `undo` puts there.
    fn undo(&self, path: &Path) -> Option<Option<String>> {
        let undone = undo(path, &self.versions).unwrap()?;
        let text = undone.text.map(|text| String::from_utf8(text).unwrap());
        assert_eq!(fs::read_to_string(path).ok(), text, "told and done are the same");
        Some(text)
    }

    /// The files of the home folder, so that none is left behind.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "state");
        names.sort();
        names
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn a_new_file_is_made_as_the_umask_says() {
    let home = Home::new();
    let (path, plain) = (home.path(".XCompose"), home.write("plain", ""));
    home.save(&path, "λ\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "λ\n");
    assert_eq!(mode(&path), mode(&plain));
    assert_eq!(home.names(), [".XCompose", "plain"]);
}

#[test]
fn the_mode_stays() {
    let home = Home::new();
    let path = home.write("a", "old");
    for bits in [0o600, 0o644, 0o664, 0o755] {
        fs::set_permissions(&path, Permissions::from_mode(bits)).unwrap();
        home.save(&path, &format!("{bits}")).unwrap();
        assert_eq!(mode(&path), bits);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{bits}"));
    }
}

#[test]
fn a_link_stays_and_its_target_changes() {
    let home = Home::new();
    fs::create_dir(home.path("dotfiles")).unwrap();
    let target = home.write("dotfiles/XCompose", "old");
    let (link, far) = (home.path(".XCompose"), home.path("far"));
    symlink("dotfiles/XCompose", &link).unwrap();
    symlink(&link, &far).unwrap();
    home.save(&far, "new").unwrap();
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("dotfiles/XCompose"));
    assert_eq!(fs::read_link(&far).unwrap(), link);
    assert_eq!(fs::read_to_string(&target).unwrap(), "new");
    let real = fs::canonicalize(&target).unwrap();
    let shown = Place::look(&link).unwrap().shown();
    assert_eq!(shown, format!("{} (a link to {})", link.display(), real.display()));
    assert_eq!(Place::look(&real).unwrap().shown(), real.display().to_string());
    // Either name finds the version before.
    assert_eq!(home.undo(&link), Some(Some("old".into())));
    assert!(link.is_symlink());
}

#[test]
fn a_link_to_nothing_yet_is_written_through() {
    let home = Home::new();
    let link = home.path(".XCompose");
    symlink("later", &link).unwrap();
    home.save(&link, "new").unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(home.path("later")).unwrap(), "new");
}

#[track_caller]
fn refused(home: &Home, path: &Path, code: &str, message: &str) {
    let before = fs::read(path).ok();
    let finding = home.save(path, "new").unwrap_err();
    assert_eq!((finding.code.id(), finding.message.contains(message)), (code, true), "{finding:?}");
    assert!(finding.help.is_some());
    assert_eq!(fs::read(path).ok(), before);
}

#[test]
fn what_must_not_be_changed_is_refused() {
    let home = Home::new();
    let path = home.write("read-only", "old");
    fs::set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
    refused(&home, &path, "E0041", "it is read-only");

    let path = home.write("one", "old");
    fs::hard_link(&path, home.path("two")).unwrap();
    refused(&home, &path, "E0041", "it has another name, a hard link");

    refused(&home, home.dir.path(), "E0042", "it is not a file");
    refused(&home, &home.path("no/such/folder"), "E0042", "there is no such folder");
    // Nobody makes files there, root neither.
    refused(&home, Path::new("/sys/composekey"), "E0041", "`/sys` cannot be written to");

    let root = rustix::process::geteuid().is_root();
    let path = if root { home.write("nobody's", "old") } else { "/etc/passwd".into() };
    if root {
        chown(&path, Some(65534), None).unwrap();
    }
    refused(&home, &path, "E0041", "it belongs to another user");
}

#[test]
fn package_stores_are_left_alone() {
    let metadata = fs::metadata("/").unwrap();
    for store in ["/nix/store/abc-home/XCompose", "/gnu/store/abc/XCompose"] {
        let (why, _) = protection(Path::new(store), &metadata).unwrap();
        assert!(why.contains("package store"));
    }
}

#[test]
fn a_file_that_changes_meanwhile_is_left_alone() {
    let home = Home::new();
    let path = home.write("a", "old");
    let place = Place::look(&path).unwrap();
    home.write("a", "somebody else's");
    let finding = place.save(b"new", &home.versions).unwrap_err();
    assert!(finding.message.contains("it was changed while"), "{}", finding.message);
    let absent = Place::look(&home.path("b")).unwrap();
    home.write("b", "somebody else's");
    assert!(absent.save(b"new", &home.versions).is_err());
    for name in ["a", "b"] {
        assert_eq!(fs::read_to_string(home.path(name)).unwrap(), "somebody else's");
    }
    assert_eq!(home.names(), ["a", "b"]);
}

#[test]
fn undo_goes_back_five_versions() {
    let home = Home::new();
    let path = home.path("a");
    for text in ["1", "2", "3", "4", "5", "6", "7"] {
        home.save(&path, text).unwrap();
    }
    assert_eq!(home.versions.last().unwrap(), Some(Place::look(&path).unwrap().real));
    for text in ["6", "5", "4", "3", "2"] {
        assert_eq!(home.undo(&path), Some(Some(text.into())));
    }
    assert_eq!(home.undo(&path), None);
    // What was undone is a version like any other.
    home.save(&path, "8").unwrap();
    assert_eq!(home.undo(&path), Some(Some("2".into())));
    assert_eq!(home.undo(&path), Some(Some("7".into())));
}

#[test]
fn undo_takes_a_file_away_that_was_not_there() {
    let home = Home::new();
    let path = home.path("a");
    assert_eq!(home.undo(&path), None);
    home.save(&path, "1").unwrap();
    assert_eq!(home.undo(&path), Some(None));
    assert_eq!(home.undo(&path), None);
    home.save(&path, "2").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "2");
    assert_eq!(home.undo(&path), Some(None));
    assert_eq!(home.undo(&path), Some(Some("1".into())));
}

#[test]
fn undo_keeps_what_was_changed_by_hand() {
    let home = Home::new();
    let path = home.write("a", "mine");
    home.save(&path, "generated").unwrap();
    home.write("a", "changed by hand");
    assert_eq!(home.undo(&path), Some(Some("mine".into())));
    let versions = home.versions.of(&Place::look(&path).unwrap().real).unwrap();
    assert_eq!(versions, [Some(b"mine".to_vec()), Some(b"changed by hand".to_vec())]);
}

#[test]
fn versions_are_nobody_elses() {
    let home = Home::new();
    let path = home.write("a", "secret");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    home.save(&path, "new").unwrap();
    let room = fs::read_dir(&home.versions.folder).unwrap().map(|entry| entry.unwrap().path());
    let room = room.into_iter().find(|path| path.is_dir()).unwrap();
    for entry in fs::read_dir(room).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}
