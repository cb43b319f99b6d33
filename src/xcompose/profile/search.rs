//! Which file a program reads when nobody names one. Enter at [`find`].

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{Family, Profile, Reason};
use crate::{
    source::{LoadError, Loader},
    xcompose::{World, locale},
};

/// The variables by which programs look for a user's Compose file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `$XCOMPOSEFILE`.
    pub xcomposefile: Option<OsString>,
    /// `$XDG_CONFIG_HOME`.
    pub config_home: Option<OsString>,
    /// `$HOME`.
    pub home: Option<OsString>,
}

/// A place where a program looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The file.
    pub path: PathBuf,
    /// What it does when the file cannot be read.
    pub otherwise: Otherwise,
}

/// What a program does when a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// It looks on.
    Next,
    /// It has no table.
    Nothing,
}

/// What a program reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// This file.
    File(PathBuf),
    /// No file: it has a table of its own.
    BuiltIn,
    /// Nothing: it does not compose. The file that stands in the way, if one does, and why.
    Nothing(Option<PathBuf>, Reason),
}

/// The user's files that `profile` looks for, in its order.
#[must_use]
pub fn candidates(profile: Profile, environment: &Environment) -> Vec<Candidate> {
    let next = |path| Candidate { path, otherwise: Otherwise::Next };
    let home = environment.home.as_ref().map(Path::new);
    let at_home = |name: &str| home.map(|home| next(home.join(name)));
    let absolute = |path: &&Path| path.is_absolute();
    let config = environment.config_home.as_ref().map(Path::new).filter(absolute);
    let config = config.map(Path::to_owned).or_else(|| Some(home?.join(".config")));
    let in_config = |name: &str| config.as_ref().map(|config| next(config.join(name)));
    let named = environment.xcomposefile.as_ref().map(PathBuf::from);
    let in_order = match profile.reader() {
        Family::LibX11 => match named {
            Some(path) => vec![Some(Candidate { path, otherwise: Otherwise::Nothing })],
            None => vec![at_home(".XCompose")],
        },
        Family::Gtk3 => vec![in_config("gtk-3.0/Compose"), at_home(".XCompose")],
        Family::Gtk4 => vec![in_config("gtk-4.0/Compose"), at_home(".XCompose")],
        Family::Ibus => vec![
            in_config("ibus/Compose"),
            in_config("gtk-4.0/Compose"),
            in_config("gtk-3.0/Compose"),
            at_home(".XCompose"),
        ],
        Family::Libxkbcommon | Family::Qt | Family::Fcitx5 => {
            let config = in_config("XCompose").filter(|_| profile.since(1, 0, 0));
            vec![named.map(next), config, at_home(".XCompose")]
        }
    };
    in_order.into_iter().flatten().collect()
}

/// The file that `profile` reads in this environment.
#[must_use]
pub fn find(
    profile: Profile,
    environment: &Environment,
    world: &World,
    loader: &mut dyn Loader,
) -> Found {
    for Candidate { path, otherwise } in candidates(profile, environment) {
        match loader.load(&path) {
            Ok(_) => return Found::File(path),
            // It opens like a file; what that leads to is seen when it is read.
            Err(LoadError::NotAFile) if opens_folders(profile) && !path.as_os_str().is_empty() => {
                return Found::File(path);
            }
            Err(error) if otherwise == Otherwise::Nothing => {
                return Found::Nothing(Some(path), Reason::Unreadable(error));
            }
            Err(_) => {}
        }
    }
    match profile.reader() {
        Family::Gtk3 | Family::Gtk4 | Family::Ibus => Found::BuiltIn,
        family => {
            let fallback = family == Family::Libxkbcommon && profile.since(1, 12, 0);
            match locale_file(world, loader, fallback) {
                Some(path) => Found::File(path),
                None => Found::Nothing(None, Reason::NoLocaleFile),
            }
        }
    }
}

fn opens_folders(profile: Profile) -> bool {
    match profile.reader() {
        Family::LibX11 => true,
        Family::Libxkbcommon => !profile.since(1, 7, 0),
        _ => false,
    }
}

/// The Compose file of the locale; `None` when it has none. With `fallback` that of `en_US.UTF-8` serves
/// locales without one.
pub fn locale_file(world: &World, loader: &mut dyn Loader, fallback: bool) -> Option<PathBuf> {
    let mut table = |name| {
        let bytes = loader.load(&world.file(name)).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    // Without aliases only exact names are found.
    let aliases = table("locale.alias").unwrap_or_default();
    // A path in the table may be absolute; `join` takes it as it is then.
    let listed = table("compose.dir").and_then(|folder| {
        locale::compose_file(&world.locale, &aliases, &folder).map(|name| world.file(name))
    });
    listed.or_else(|| fallback.then(|| world.file(locale::FALLBACK)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(profile: &str, environment: &Environment, expected: &[&str]) {
        let candidates = candidates(profile.parse().unwrap(), environment);
        let paths: Vec<_> = candidates.iter().map(|c| c.path.to_str().unwrap()).collect();
        assert_eq!(paths, expected, "{profile}");
    }

    #[test]
    fn orders() {
        let home = Environment { home: Some("/h".into()), ..Environment::default() };
        let all = Environment {
            xcomposefile: Some("/x".into()),
            config_home: Some("/c".into()),
            ..home.clone()
        };
        check("libx11", &home, &["/h/.XCompose"]);
        check("libx11", &all, &["/x"]);
        check("libxkbcommon", &home, &["/h/.config/XCompose", "/h/.XCompose"]);
        check("qt", &all, &["/x", "/c/XCompose", "/h/.XCompose"]);
        check("libxkbcommon@0.10", &all, &["/x", "/h/.XCompose"]);
        check("gtk3", &all, &["/c/gtk-3.0/Compose", "/h/.XCompose"]);
        check("gtk4", &home, &["/h/.config/gtk-4.0/Compose", "/h/.XCompose"]);
        let ibus =
            ["ibus/Compose", "gtk-4.0/Compose", "gtk-3.0/Compose"].map(|f| format!("/c/{f}"));
        let ibus: Vec<_> = ibus.iter().map(String::as_str).chain(["/h/.XCompose"]).collect();
        check("ibus", &all, &ibus);
        check("libxkbcommon", &Environment::default(), &[]);
        let relative = Environment { config_home: Some("c".into()), ..home };
        check("fcitx5", &relative, &["/h/.config/XCompose", "/h/.XCompose"]);
    }
}
