//! Includes: [`Reader::include`].

use std::path::{Component, Path, PathBuf};

use super::{
    Family, File, FileError, LoadError, Reader, Reason, SystemTable, Verdict, What, line::Line,
};

/// What an include asks for.
enum Asked {
    /// The toolkit's own table.
    Own,
    /// A file.
    Path(String),
    /// Nothing: the reason, and the path as far as it was read.
    Nothing(Reason, String),
}

impl Reader<'_, '_> {
    /// A line that begins with `include `.
    pub(super) fn include(&mut self, file: &File, line: Line<'_>) {
        let rest = &line.bytes["include ".len()..];
        let asked = match self.family {
            Family::Gtk3 => Asked::Nothing(Reason::IgnoredInclude, written(rest)),
            Family::Gtk4 => self.gtk4(rest),
            _ => self.ibus(rest),
        };
        match asked {
            Asked::Nothing(reason, path) => self.no_include(file, line, &path, reason),
            Asked::Own => {
                self.context.reading.file.system = SystemTable::Included;
                self.kept(file, line, OWN);
            }
            Asked::Path(path) if self.family == Family::Gtk4 => self.gtk4_file(file, line, &path),
            Asked::Path(path) => self.ibus_file(file, line, &path),
        }
    }

    fn kept(&mut self, file: &File, line: Line<'_>, path: &str) {
        let span = self.context.span(file.id, line.whole());
        let what = What::Include { path: path.to_owned() };
        let _ = self.context.note(span, span, what, Verdict::Kept);
    }

    fn gtk4(&self, rest: &[u8]) -> Asked {
        let wrong = || {
            let found = format!("`{}`", written(rest));
            Asked::Nothing(
                Reason::Unexpected { expected: "a path in quotes", found },
                written(rest),
            )
        };
        let [b'"', rest_of_line @ ..] = rest.trim_ascii_start() else { return wrong() };
        let Some(end) = rest_of_line.iter().position(|&byte| byte == b'"') else { return wrong() };
        if !matches!(rest_of_line[end + 1..].trim_ascii_start(), [] | [b'#', ..]) {
            return wrong();
        }
        let path = String::from_utf8_lossy(&rest_of_line[..end]).into_owned();
        if path == OWN { Asked::Own } else { Asked::Path(self.gtk4_expand(&path)) }
    }

    /// `%L` within a path is the folder of the locale, by its bare name; a `%` without a meaning is left out.
    fn gtk4_expand(&self, path: &str) -> String {
        let world = self.context.world;
        let folder = world.folder.to_string_lossy();
        let mut expanded = String::new();
        let mut chars = path.chars().peekable();
        while let Some(c) = chars.next() {
            if c != '%' {
                expanded.push(c);
                continue;
            }
            match chars.peek() {
                Some('H') => expanded.push_str(&self.home()),
                Some('L') => expanded.push_str(&format!("{folder}/{}/Compose", world.locale)),
                Some('S') => expanded.push_str(&folder),
                _ => continue,
            }
            let _ = chars.next();
        }
        expanded
    }

    fn home(&self) -> String {
        self.context.world.home.as_deref().unwrap_or(Path::new("")).to_string_lossy().into_owned()
    }

    /// Reads a file for GTK 4: not one that is being read.
    fn gtk4_file(&mut self, file: &File, line: Line<'_>, path: &str) {
        let folder = self.top.parent().unwrap_or(Path::new("/"));
        let full = normal(&folder.join(path));
        if self.open.iter().any(|open| normal(open) == full) {
            let reason = Reason::InCircle(path.to_owned());
            return self.no_include(file, line, path, reason);
        }
        match self.context.load(&full) {
            Ok(included) => {
                self.kept(file, line, path);
                self.file(&full, &included);
            }
            Err(error) => self.no_include(file, line, path, missing(path, error)),
        }
    }

    /// IBus takes a path without quotes as well, up to the end of the line.
    fn ibus(&self, rest: &[u8]) -> Asked {
        let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
        let path = match &rest[blanks..] {
            [b'"', quoted @ ..] => quoted.split(|&byte| byte == b'"').next().unwrap_or_default(),
            bare => bare,
        };
        let path = String::from_utf8_lossy(path).into_owned();
        let mut expanded = String::new();
        let mut chars = path.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                expanded.push(c);
                continue;
            }
            match chars.next() {
                Some('H') => expanded.push_str(&self.home()),
                Some('S') => expanded.push_str(&self.context.world.folder.to_string_lossy()),
                Some('%') => expanded.push('%'),
                Some('L') if path == OWN => return Asked::Own,
                other => {
                    let percent = format!("%{}", other.map_or(String::new(), |c| c.to_string()));
                    return Asked::Nothing(Reason::UnknownPercent(percent), path);
                }
            }
        }
        Asked::Path(expanded)
    }

    /// Reads a file for IBus: not the one that asks for it, and not that of en_US.
    fn ibus_file(&mut self, file: &File, line: Line<'_>, path: &str) {
        let full = match &self.context.world.home {
            // It is started in the home directory.
            Some(home) if !path.is_empty() => normal(&home.join(path)),
            _ => normal(Path::new(path)),
        };
        let english = self.context.world.folder.join("en_US.UTF-8/Compose");
        let innermost = self.open.last().map(|open| normal(open));
        if path.is_empty() || innermost.as_ref() == Some(&full) || normal(&english) == full {
            let reason = match path {
                "" => Reason::Include(path.to_owned(), LoadError::NotFound),
                _ if normal(&english) == full => Reason::TakenForRead(path.to_owned()),
                _ => Reason::InCircle(path.to_owned()),
            };
            return self.no_include(file, line, path, reason);
        }
        if self.open.iter().any(|open| normal(open) == full) {
            return self.ends("files that include each other", Reason::InCircle(path.to_owned()));
        }
        match self.context.load(&full) {
            Ok(included) => {
                self.kept(file, line, path);
                self.file(&full, &included);
            }
            Err(FileError::Load(LoadError::NotFound)) => {
                self.no_include(
                    file,
                    line,
                    path,
                    Reason::Include(path.to_owned(), LoadError::NotFound),
                );
            }
            Err(error) => self.ends("an include that it cannot read", missing(path, error)),
        }
    }
}

/// What stands for the toolkit's own table.
pub(super) const OWN: &str = "%L";

fn written(rest: &[u8]) -> String {
    String::from_utf8_lossy(rest.trim_ascii()).trim_matches('"').to_owned()
}

fn missing(path: &str, error: FileError) -> Reason {
    match error {
        FileError::Load(error) => Reason::Include(path.to_owned(), error),
        FileError::TooMany => Reason::Files(super::super::MAX_FILES),
    }
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                let _ = normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
