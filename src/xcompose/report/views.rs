//! [`Views`]: a file as every program reads it, and words for several programs at once.

use std::path::Path;

use crate::{
    source::{Loader, Sources},
    xcompose::{
        World,
        profile::{self, Profile, Reading},
    },
};

/// What several programs make of one file. Programs that share a reader share a reading.
#[derive(Debug)]
pub struct Views {
    /// The readings, each with the programs that it is of.
    pub all: Vec<View>,
}

/// A reading and whose it is.
#[derive(Debug)]
pub struct View {
    /// The programs: `libxkbcommon`, `qt`, `fcitx5`.
    pub profiles: Vec<Profile>,
    /// What they make of the file.
    pub reading: Reading,
}

/// Some of the readings of a [`Views`], by index, each once and in order.
pub type Who = std::collections::BTreeSet<usize>;

impl Views {
    /// Reads a file as each of these programs does.
    #[must_use]
    pub fn read(
        path: &Path,
        profiles: &[Profile],
        world: &World,
        loader: &mut dyn Loader,
        sources: &mut Sources,
    ) -> Self {
        let mut all: Vec<View> = Vec::new();
        for &profile in profiles {
            let same = |view: &&mut View| {
                let other = view.profiles[0];
                (other.reader(), other.version) == (profile.reader(), profile.version)
            };
            match all.iter_mut().find(same) {
                Some(view) if view.profiles.contains(&profile) => {}
                Some(view) => view.profiles.push(profile),
                None => {
                    let reading = profile::read(profile, path, world, loader, sources);
                    all.push(View { profiles: vec![profile], reading });
                }
            }
        }
        Self { all }
    }

    /// The readings and their numbers.
    pub fn readings(&self) -> impl Iterator<Item = (usize, &Reading)> {
        self.all.iter().map(|view| &view.reading).enumerate()
    }

    /// The reading of this number.
    #[must_use]
    pub fn reading(&self, index: usize) -> &Reading {
        &self.all[index].reading
    }

    /// What these programs are called together: `libx11 and gtk3`, `every toolkit but ibus`.
    #[must_use]
    pub fn name(&self, who: &Who) -> String {
        /// So many may be named as those that are not meant.
        const FEW: usize = 2;

        let others: Who = (0..self.all.len()).filter(|index| !who.contains(index)).collect();
        let (names, rest) = (self.families(who), self.families(&others));
        if others.is_empty() && self.all.len() > 1 {
            "every toolkit".to_owned()
        } else if (1..=FEW).contains(&rest.len()) && names.len() > 2 * rest.len() {
            format!("every toolkit but {}", and(&rest))
        } else {
            and(&names)
        }
    }

    /// Names for these programs: of a family alone when all its versions here are meant.
    fn families(&self, who: &Who) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for profile in who.iter().flat_map(|&index| &self.all[index].profiles) {
            let has = |index: &usize| {
                self.all[*index].profiles.iter().any(|other| other.family == profile.family)
            };
            let versions = (0..self.all.len()).filter(has).count();
            let meant = who.iter().copied().filter(has).count();
            let name = match versions {
                1 => profile.to_string(),
                _ if versions == meant => profile.family.name().to_owned(),
                _ => format!("{} {}", profile.family.name(), profile.version),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// What each of these programs is called.
    #[must_use]
    pub fn names(&self, who: &Who) -> Vec<String> {
        who.iter().flat_map(|&index| &self.all[index].profiles).map(ToString::to_string).collect()
    }
}

/// `a, b and c`.
pub(super) fn and(words: &[String]) -> String {
    match words.split_last() {
        None => "nobody".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
