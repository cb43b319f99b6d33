//! libxkbcommon reads what we read and what we write, and must come to the same rules.

use composekey::{
    config::{self, Disk},
    keysym::Keysym,
    sequence::{Rule, Sequence},
    source::Sources,
    xcompose::{
        World,
        machine::{Fed, Machine},
        profile::{self, Profile},
    },
};
use xkbcommon::xkb::{self, compose};

use crate::support::Home;

const LOCALE: &str = "en_US.UTF-8";

fn context() -> xkb::Context {
    xkb::Context::new(xkb::CONTEXT_NO_FLAGS)
}

pub(crate) fn table(text: &str) -> compose::Table {
    compose::Table::new_from_buffer(
        &context(),
        text,
        LOCALE,
        compose::FORMAT_TEXT_V1,
        compose::COMPILE_NO_FLAGS,
    )
    .expect("libxkbcommon refuses the file")
}

/// What libxkbcommon gives for the keys after the Compose key.
pub(crate) fn gives(table: &compose::Table, keysyms: &[Keysym]) -> Option<String> {
    let names: Vec<String> = keysyms.iter().map(|keysym| keysym.name()).collect();
    let names = names.iter().map(String::as_str);
    composes(table, &["Multi_key"].into_iter().chain(names).collect::<Vec<_>>())
}

/// What it gives for these keysyms.
fn composes(table: &compose::Table, names: &[&str]) -> Option<String> {
    let mut state = compose::State::new(table, compose::STATE_NO_FLAGS);
    for name in names {
        let _ = state.feed(Keysym::from_name(name).unwrap().0.into());
    }
    (state.status() == compose::Status::Composed).then(|| state.utf8().unwrap_or_default())
}

fn load(home: &Home) -> config::Loaded {
    let env = |name: &str| (name == "LANG").then(|| LOCALE.into());
    let mut paths = config::Paths::new("/".into(), None, None, env);
    paths.set_config(home.path("config.toml"));
    config::load(&paths)
}

#[test]
fn the_system_table_is_read_as_libxkbcommon_reads_it() {
    let loaded = load(&Home::with_config("keymaps = ['system']"));
    assert_eq!(loaded.diagnostics, []);
    let table = table("include \"%L\"\n");
    for rule in &loaded.rules {
        let expected = gives(&table, rule.sequence.keysyms());
        assert_eq!(expected.as_ref(), Some(&rule.output.text), "{}", rule.sequence);
    }
    // And none is missing: the lines are counted without our parser.
    let file = std::fs::read_to_string("/usr/share/X11/locale/en_US.UTF-8/Compose").unwrap();
    let lines = file.lines().filter(|line| line.trim_start().starts_with("<Multi_key>")).count();
    let replaced = loaded.replaced.len();
    assert_eq!(loaded.rules.len() + replaced, lines);
}

#[test]
fn every_utf8_locale_is_read_as_libxkbcommon_reads_it() {
    let home = Home::with_config("keymaps = ['system']");
    for locale in [
        "am_ET", "cs_CZ", "de_DE", "el_GR", "fi_FI", "ja_JP", "pt_BR", "pt_PT", "ru_RU", "sr_RS",
        "vi_VN", "zh_CN",
    ] {
        let locale = format!("{locale}.UTF-8");
        let mut paths = config::Paths::new("/".into(), None, None, |_| Some(locale.clone().into()));
        paths.set_config(home.path("config.toml"));
        paths.world.folder = composekey::xcompose::World::FOLDER.into();
        let loaded = config::load(&paths);
        assert_eq!(loaded.diagnostics, [], "{locale}");
        assert!(!loaded.rules.is_empty() || locale == "am_ET.UTF-8", "{locale}");
        let table =
            compose::Table::new_from_locale(&context(), locale.as_ref(), compose::COMPILE_NO_FLAGS)
                .unwrap();
        // Of a rule and its start libxkbcommon keeps one: which one depends on its version.
        let unclear: Vec<usize> = composekey::map::prefix_pairs(&loaded.rules)
            .into_iter()
            .flat_map(|pair| pair.longer.into_iter().chain([pair.short]))
            .collect();
        for (i, rule) in loaded.rules.iter().enumerate().filter(|(i, _)| !unclear.contains(i)) {
            let expected = gives(&table, rule.sequence.keysyms());
            assert_eq!(
                expected.as_ref(),
                Some(&rule.output.text),
                "{locale} {i} {}",
                rule.sequence
            );
        }
    }
}

#[test]
fn every_sequence_is_shown_so_that_it_can_be_read_back() {
    let loaded = load(&Home::with_config(
        "keymaps = ['system', 'default', 'box', 'hebrew', 'ipa', 'latex', 'apl']",
    ));
    for rule in &loaded.rules {
        let shown = rule.sequence.to_string();
        assert_eq!(Sequence::parse(&shown).as_ref(), Ok(&rule.sequence), "{shown}");
        let shown = shown.replace(' ', "<space>");
        assert_eq!(Sequence::parse(&shown).as_ref(), Ok(&rule.sequence), "{shown}");
    }
}

/// A configuration with everything that a Compose file can and cannot carry.
const CONFIG: &str = r##"
keymaps = ["system", "default"]
remove = ["<3", "oc"]

[sequences]
"la" = { text = "λ", name = "lambda" }
"qq" = "\"quoted\" and \\ escaped"
"shrug" = '¯\_(ツ)_/¯'
"<Left><Right>" = "↔"
"<KP_Add>ж€" = "keys that are no ASCII"
"q1234567" = "eight keys"
"flag" = "🇬🇷, longer than a rule of the locale"
"a0" = "0"
"hash" = "#1 <Multi_key> : \"x\""
"q12345678" = "nine keys"
"nl" = "two\nlines"
"=e" = "euro: €"
"=" = "equals"
"=ee" = "longer than a rule of mine and of the locale"
"ss1" = "longer than a rule of the default keymap"
"##;

#[test]
fn what_is_written_is_read_back_as_the_same_rules() {
    let home = Home::with_config(CONFIG);
    let loaded = load(&home);
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    let run = |args: &[&str]| {
        let output = home.command(args).env("LANG", LOCALE).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let table = table(&run(&["generate", "--stdout"]));

    let mut left_out = Vec::new();
    let mut carried = Vec::new();
    for line in run(&["generate", "--stdout", "--json"]).lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        match object.get("code") {
            Some(code) => {
                let message = object["message"].as_str().unwrap();
                left_out.push(format!("{} {message}", code.as_str().unwrap()));
            }
            None => carried.push(object["keys"].as_str().unwrap().to_owned()),
        }
    }
    // libX11 1.7.2 has `CCCP`, later ones do not.
    let has_cccp = loaded.rules.iter().any(|rule| rule.sequence.to_string() == "CCCP");
    let cccp = "E0027 `CC` is not in the Compose file: `CCCP` starts with it";
    assert_eq!(left_out.iter().any(|line| line == cccp), has_cccp);
    left_out.retain(|line| line != cccp);
    assert_eq!(
        left_out,
        [
            "E0028 `q12345678` is not in the Compose file: it has 9 keys, a line there at most 8",
            "E0029 `nl` is not in the Compose file: its output has a newline or a tab, which \
             toolkits read differently",
            "E0027 `ss` is not in the Compose file: `ss1` starts with it",
            "E0027 `--` is not in the Compose file: `--.` starts with it",
            "E0027 `fl` is not in the Compose file: `flag` starts with it",
            "E0027 `=e` is not in the Compose file: `=ee` starts with it",
            "E0027 `=` is not in the Compose file: `=ee` starts with it",
            "E0030 `<3` and 1 more are removed, but not for every program",
        ]
    );

    let own = |rule: &&Rule| &*rule.keymap != "system";
    let mut not_carried = vec!["ss", "--", "q12345678", "nl", "=e", "=", "fl"];
    not_carried.extend(has_cccp.then_some("CC"));
    let mut checked = 0;
    for rule in &loaded.rules {
        let keys = rule.sequence.to_string();
        if not_carried.contains(&keys.as_str()) {
            assert!(!own(&rule) || !carried.contains(&keys), "{keys}");
            assert_ne!(gives(&table, rule.sequence.keysyms()).as_ref(), Some(&rule.output.text));
            continue;
        }
        assert_eq!(carried.contains(&keys), own(&rule), "{keys}");
        let found = gives(&table, rule.sequence.keysyms());
        assert_eq!(found.as_ref(), Some(&rule.output.text), "{keys}");
        checked += 1;
    }
    assert!(checked > 3400, "{checked}");
    for rule in &loaded.removed {
        assert_eq!(gives(&table, rule.sequence.keysyms()), None, "{}", rule.sequence);
    }
    // The dead keys of the locale are there as well.
    assert_eq!(composes(&table, &["dead_acute", "a"]).as_deref(), Some("á"));
}

/// What a toolkit types for each of these after the Compose key.
fn typed(profile: Profile, file: &std::path::Path, rules: &[(Sequence, String)]) -> Vec<String> {
    let world = World { locale: LOCALE.into(), folder: World::FOLDER.into(), home: None };
    let reading =
        profile::read(profile, file, &world, &mut Disk::default(), &mut Sources::default());
    let mut machine = Machine::new(&reading);
    let mut wrong = Vec::new();
    for (sequence, text) in rules {
        let keysyms = [&[Keysym::MULTI_KEY], sequence.keysyms()].concat();
        let fed: Vec<Fed> = keysyms.iter().map(|&keysym| machine.feed(keysym)).collect();
        let (last, before) = fed.split_last().unwrap();
        let pending = before.iter().all(|fed| *fed == Fed::Pending);
        match last {
            Fed::Composed(composed) if pending && composed.text == *text => {}
            other => wrong.push(format!("{profile}: `{sequence}` gives {other:?}, not {text}")),
        }
        if machine.is_composing() {
            machine = Machine::new(&reading);
        }
    }
    wrong
}

/// What IBus cannot type: its own table has `^_`, which ends a sequence there; and it searches a table
/// by halves whose keys it has cut to 16 bits, so that beside the locale's it misses some; which ones
/// depends on that of the installed libX11.
const IBUS_ALONE: &[&str] = &[
    "ibus: `<Left><Right>`",
    "ibus: `^_a`",
    "ibus: `^_o`",
    "ibus: `<KP_Add>ж€`",
    "ibus@1.5.33: `^_a`",
    "ibus@1.5.33: `^_o`",
];

/// Whatever is generated, all toolkits type it: included, written out, and with one's own short
/// rules in the way of the locale's.
#[test]
fn every_toolkit_types_what_is_generated() {
    let short = "keymaps = ['system', 'greek']\nremove = ['oc']\n[sequences]\n'--' = 'short'\n\
                 'ae' = 'replaced'\n'sy1' = '1'\n'x<Left>' = '←'\n";
    for config in [CONFIG, "keymaps = ['system', 'default']", short] {
        let home = Home::with_config(config);
        let file = home.path("Compose");
        let args = ["generate", "--json", "--output", "Compose"];
        let output = home.command(&args).env("LANG", LOCALE).output().unwrap();
        assert!(output.status.success());
        let rules: Vec<(Sequence, String)> = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .filter(|object| object.get("code").is_none())
            .map(|object| {
                let keys = Sequence::parse(object["keys"].as_str().unwrap()).unwrap();
                (keys, object["text"].as_str().unwrap().to_owned())
            })
            .collect();
        assert!(rules.len() > 50, "{}", rules.len());
        let flattened = !std::fs::read_to_string(&file).unwrap().starts_with("include");
        // As read, not run: IBus leaves out what its own table has too, which it does not have then.
        let lost = |profile: &Profile| flattened && profile.to_string() == "ibus@1.5.33";
        let profiles = Profile::ALL.iter().filter(|profile| !lost(profile));
        let mut wrong: Vec<String> =
            profiles.flat_map(|&profile| typed(profile, &file, &rules)).collect();
        wrong.retain(|line| !IBUS_ALONE.iter().any(|known| line.starts_with(known)));
        assert_eq!(wrong, Vec::<String>::new());
    }
}
