//! [`Views`]: a file as every program reads it, and words for several programs at once.

use std::{
    num::NonZero,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::{
    source::{Loader, SourceId, Sources},
    xcompose::{
        World,
        profile::{self, Files, Profile, ReadOnce, Reading},
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
        Self::read_from(&ReadOnce::new(loader), path, profiles, world, sources)
    }

    /// The same from files that were or will be read for other reasons as well.
    pub(super) fn read_from(
        files: &dyn Files,
        path: &Path,
        profiles: &[Profile],
        world: &World,
        sources: &mut Sources,
    ) -> Self {
        let alike = alike(profiles);
        let readings = at_once(alike.len(), |index| {
            let mut aside = Sources::default();
            let profile = alike[index][0];
            (profile::read_from(files, profile, path, world, &mut aside), aside)
        });
        // Handed over in order, so that sources have the same numbers in every run.
        let view = |(profiles, (mut reading, aside)): (_, (Reading, Sources))| {
            let ids: Vec<SourceId> = aside.files().map(|file| sources.add_file(file)).collect();
            reading.renumber(&ids);
            View { profiles, reading }
        };
        Self { all: alike.into_iter().zip(readings).map(view).collect() }
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

/// The profiles, those together that share a reader.
fn alike(profiles: &[Profile]) -> Vec<Vec<Profile>> {
    let mut alike: Vec<Vec<Profile>> = Vec::new();
    for &profile in profiles {
        let same = |others: &&mut Vec<Profile>| {
            (others[0].reader(), others[0].version) == (profile.reader(), profile.version)
        };
        match alike.iter_mut().find(same) {
            Some(others) if others.contains(&profile) => {}
            Some(others) => others.push(profile),
            None => alike.push(vec![profile]),
        }
    }
    alike
}

/// Makes so many things on all processors, and returns them in order.
fn at_once<T: Send>(count: usize, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    /// As much as the main thread has: files can include others many times over.
    const STACK: usize = 8 * 1024 * 1024;

    let next = AtomicUsize::new(0);
    let work = || {
        let index = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&index| index < count);
        std::iter::from_fn(index).map(|index| (index, make(index))).collect::<Vec<_>>()
    };
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let mut made = thread::scope(|scope| {
        // Where there is no room for another thread, this one does its work.
        let spawn = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..processors.min(count)).filter_map(spawn).collect();
        let mut made = work();
        for other in others {
            made.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    });
    made.sort_unstable_by_key(|&(index, _)| index);
    made.into_iter().map(|(_, made)| made).collect()
}

/// `a, b and c`.
pub(super) fn and(words: &[String]) -> String {
    match words.split_last() {
        None => "nobody".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
