//! The largest Compose file of the X locales, cut into tokens and read as every profile reads it.

use std::{
    hint::black_box,
    path::Path,
    process::{Command, Stdio},
};

use composekey::{
    config::Disk,
    source::Sources,
    xcompose::{
        World,
        document::Document,
        profile::{self, Profile},
        report::report,
    },
};
use criterion::{Criterion, criterion_group, criterion_main};

const FILE: &str = "/usr/share/X11/locale/en_US.UTF-8/Compose";

fn read(profile: Profile, sources: &mut Sources) {
    let world = World { locale: "en_US.UTF-8".into(), folder: World::FOLDER.into(), home: None };
    let reading = profile::read(profile, Path::new(FILE), &world, &mut Disk::default(), sources);
    assert!(
        !black_box(reading).statements.is_empty() || profile.to_string().starts_with(['g', 'i'])
    );
}

fn compose(criterion: &mut Criterion) {
    let bytes = std::fs::read(FILE).expect("libx11-data is missing: `make deps`");
    criterion.bench_function("document", |b| b.iter(|| Document::parse(black_box(bytes.clone()))));
    for &profile in Profile::ALL {
        let name = profile.to_string();
        criterion.bench_function(&name, |b| b.iter(|| read(profile, &mut Sources::default())));
    }
    criterion.bench_function("all profiles", |b| {
        b.iter(|| {
            let mut sources = Sources::default();
            Profile::ALL.iter().for_each(|&profile| read(profile, &mut sources));
        });
    });
    criterion.bench_function("check", |b| b.iter(check));
    criterion.bench_function("composekey check", |b| b.iter(run));
}

/// What `composekey check` does, but for drawing it.
fn check() {
    let world = World { locale: "en_US.UTF-8".into(), folder: World::FOLDER.into(), home: None };
    let (mut disk, mut sources) = (Disk::default(), Sources::default());
    let found = report(Path::new(FILE), Profile::ALL, &world, &mut disk, &mut sources);
    assert!(!black_box(found).rows.is_empty());
}

/// The program itself, from its start to its end; what it draws goes nowhere.
fn run() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_composekey"));
    // Of cargo's own: the libraries would be looked for in its folders first.
    let command = command.env_remove("LD_LIBRARY_PATH");
    let status = command.args(["check", FILE]).stdout(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(1), "GTK leaves some of it out");
}

criterion_group!(benches, compose);
criterion_main!(benches);
