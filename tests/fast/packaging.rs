//! What packagers install: it is what the program writes, tells what `--help` tells, and works in
//! the shells and in editors.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use clap::CommandFactory;
use composekey::{cli::Cli, map::builtin};
use serde_json::Value;

use crate::{
    answers::schemas,
    docs::{blocks, read},
    support::Home,
};

#[path = "../../examples/packaging/all.rs"]
mod all;
#[path = "../../examples/packaging/man.rs"]
mod man;
#[path = "../../examples/packaging/markdown.rs"]
mod markdown;
#[path = "../../examples/packaging/output.rs"]
mod output;
#[path = "../../examples/packaging/schema.rs"]
mod schema;

fn packaging(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(name)
}

#[test]
fn files_are_what_the_program_writes() {
    let files = all::files().unwrap();
    for (name, text) in &files {
        let found = fs::read_to_string(packaging(name)).unwrap_or_default();
        assert!(found == *text, "{name} differs: run `cargo run --example packaging`");
    }
    let written: BTreeSet<String> = files.into_iter().map(|(name, _)| name).collect();
    for folder in all::FOLDERS {
        for entry in fs::read_dir(packaging(folder)).unwrap() {
            let name = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
            assert!(written.contains(&name), "{name}: run `cargo run --example packaging`");
        }
    }
}

/// The long options in a text.
fn options(text: &str) -> BTreeSet<String> {
    let plain = text.replace("\\-", "-").replace("\\fB", " ").replace("\\fR", " ");
    let letter = |c: char| c.is_ascii_lowercase() || c == '-';
    let words = plain.split(|c: char| !letter(c) && !c.is_ascii_digit());
    words.filter(|w| w.len() > 3 && w.starts_with("--")).map(str::to_owned).collect()
}

/// The options that the lines of a help begin with.
fn help_options(help: &str) -> BTreeSet<String> {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    lines.flat_map(|line| options(line.split("  ").next().unwrap())).collect()
}

/// What a shell is offered for these words, the last of which is begun.
fn offered(home: &Home, words: &[&str]) -> Vec<String> {
    let mut command = home.command(&["--", "composekey"]);
    let index = words.len().to_string();
    let _ = command.args(words).env("COMPOSEKEY_COMPLETE", "fish");
    let output = command.env("_CLAP_COMPLETE_INDEX", index).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn pages_and_completions_tell_every_option_of_the_help() {
    let home = Home::new();
    let mut cli = Cli::command();
    cli.build();
    for command in cli.get_subcommands().filter(|command| command.get_name() != "help") {
        let name = command.get_name();
        let help = help_options(&home.run(&[name, "--help"]).out);
        assert!(help.len() > 2, "{name}: {help:?}");
        let page = read(&format!("packaging/man/composekey-{name}.1"));
        let synopsis = page.split(".SH SYNOPSIS").nth(1).unwrap().split(".SH").next().unwrap();
        assert_eq!(options(synopsis), help, "the page of {name}");
        let offered: BTreeSet<String> = offered(&home, &[name, "--"])
            .iter()
            .map(|line| line.split(['\t', '=']).next().unwrap().to_owned())
            .collect();
        let missing: Vec<_> = help.difference(&offered).collect();
        assert!(missing.is_empty(), "{name} completes no {missing:?}");
    }
    let subcommands = cli.get_subcommands().map(|command| command.get_name().to_owned());
    let offered = offered(&home, &[""]);
    for name in subcommands {
        assert!(offered.iter().any(|line| line.starts_with(&name)), "{name} of {offered:?}");
    }
}

#[test]
fn names_keys_and_characters_are_offered() {
    let home = Home::with_config(
        "keymaps = ['greek', 'mine.toml']\n[sequences]\nzq = { text = '♥', alias = ['love'] }\n",
    );
    home.write("mine.toml", "[keymap]\ntitle = 'Mine'\n[sequences]\nzr = 'ř'\n");
    for (words, expected) in [
        (&["list", "gre"][..], &["greek\tGreek letters"][..]),
        (&["list", "--keymap", "mi"], &["mine\tMine"]),
        (&["add", "--to", ""], &["mine\tMine", "config\tconfig.toml"]),
        (&["edit", "m"], &["mine\tMine"]),
        (&["remove", ""], &["zq\t♥ BLACK HEART SUIT"]),
        (&["test", "zr"], &["zr\tř LATIN SMALL LETTER R WITH CARON"]),
        (&["find", "lov"], &["love\t♥"]),
        (&["find", "ř"], &["ř\tlatin small letter r with caron"]),
        (&["how", "ř"], &["ř\tlatin small letter r with caron"]),
        (&["suggest", "♥"], &["♥\tblack heart suit"]),
        (&["explain", "E0016"], &["E0016\tstart of another"]),
    ] {
        let mut offered = offered(&home, words);
        offered.retain(|line| !line.starts_with("--"));
        assert_eq!(offered, expected, "{words:?}");
    }
}

/// One's own come first, and what the locale's file has comes last.
#[test]
fn characters_are_offered_before_anything_is_typed() {
    let home = Home::with_config("keymaps = ['system', 'greek']\n[sequences]\nzq = '♥'\n");
    let offered = offered(&home, &["how", ""]);
    let texts: Vec<&str> = offered.iter().filter_map(|line| line.split('\t').next()).collect();
    let places = ["♥", "α", "©"].map(|text| texts.iter().position(|&found| found == text).unwrap());
    assert!(places[..2] == [0, 1] && places[2] > 50, "{texts:?}");
}

/// A shell that runs this script, with `composekey` in its path.
fn shell(program: &str, args: &[&str], script: &str) -> String {
    let home = Home::new();
    let bin = Path::new(env!("CARGO_BIN_EXE_composekey")).parent().unwrap();
    let mut command = Command::new(program);
    let _ = command.args(args).arg(script).env_clear().env("LANG", "C.UTF-8");
    let _ = command.env("HOME", home.path("../..")).env("FILES", packaging("completions"));
    let _ = command.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    let output =
        command.output().unwrap_or_else(|error| panic!("{program} (`make deps`): {error}"));
    let text = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{program}: {said}");
    text
}

#[test]
fn bash_completes() {
    let script = r#"
        shopt -u progcomp_alias
        source "$FILES/composekey.bash"; source "$FILES/composekeyd.bash"
        COMP_WORDS=(composekey list esp); COMP_CWORD=2; COMP_TYPE=9
        _clap_complete_composekey composekey esp list
        echo "${COMPREPLY[@]}"
        for command in how suggest; do
            COMP_WORDS=(composekey $command ½); COMP_CWORD=2; COMP_TYPE=9
            _clap_complete_composekey composekey ½ $command
            echo "$command ${COMPREPLY[@]}"
        done
        complete -p composekeyd
    "#;
    let said = shell("bash", &["--norc", "-c"], script);
    assert!(said.starts_with("esperanto\nhow ½\nsuggest ½\n"), "{said}");
    assert!(
        said.contains("-F _composekeyd") && said.trim_end().ends_with(" composekeyd"),
        "{said}"
    );
}

#[test]
fn zsh_completes() {
    // The function is loaded as zsh does it; `_describe` shows what it would draw.
    let script = r#"
        compdef() { : }
        _describe() { print -l -- ${(P)@[-1]} }
        fpath=($FILES $fpath); autoload -U _composekey _composekeyd
        words=(composekey list esp); CURRENT=3
        _composekey
        words=(composekey how ½); _composekey
        words=(composekey suggest ½); _composekey
        head -qn 1 $FILES/_composekey $FILES/_composekeyd
    "#;
    let said = shell("zsh", &["-f", "-c"], script);
    let expected = "esperanto:Esperanto\n½:vulgar fraction one half\n\
                    ½:vulgar fraction one half\n#compdef composekey\n#compdef composekeyd\n";
    assert_eq!(said, expected);
}

#[test]
fn fish_completes() {
    let script = r#"
        source $FILES/composekey.fish; source $FILES/composekeyd.fish
        complete --do-complete "composekey list esp"
        complete --do-complete "composekey how ½"
        complete --do-complete "composekey suggest ½"
        complete --do-complete "composekeyd --disp"
    "#;
    let said = shell("fish", &["--no-config", "-c"], script);
    let expected = "esperanto\tEsperanto\n½\tvulgar fraction one half\n\
                    ½\tvulgar fraction one half\n--display\tServe this X display instead of `$DISPLAY`\n";
    assert_eq!(said, expected);
}

#[test]
fn pages_are_drawn_without_a_complaint() {
    for entry in fs::read_dir(packaging("man")).unwrap() {
        let page = entry.unwrap().path();
        let output = Command::new("man")
            .args(["--warnings=all", "-l"])
            .arg(&page)
            .env_clear()
            .envs([("LANG", "C.UTF-8"), ("MANWIDTH", "80"), ("PATH", "/usr/bin:/bin")])
            .output()
            .expect("man, which `make deps` installs");
        let complaints = String::from_utf8_lossy(&output.stderr);
        // A long word between quotes cannot be broken; that is how it is.
        let other = complaints.lines().filter(|line| !line.contains("cannot adjust line"));
        let other: Vec<&str> = other.filter(|line| !line.contains("cannot break line")).collect();
        assert!(output.status.success() && other.is_empty(), "{}: {other:?}", page.display());
        assert!(!output.stdout.is_empty());
    }
}

/// What a schema has against each of these.
pub(crate) fn against(schema: &str, values: &[Value]) -> Vec<Vec<String>> {
    let values: Vec<_> = values.iter().map(|value| (&[""][..], value.clone())).collect();
    schemas::judge(schema, &values).into_iter().map(|mut kinds| kinds.remove("").unwrap()).collect()
}

#[track_caller]
fn all_valid(schema: &str, values: &[Value]) {
    for (errors, value) in against(schema, values).iter().zip(values) {
        assert!(errors.is_empty(), "{errors:?} in {value}");
    }
}

#[test]
fn every_keymap_is_valid() {
    let values: Vec<Value> =
        builtin::BUILTIN.iter().map(|keymap| toml::from_str(keymap.text).unwrap()).collect();
    all_valid("keymap", &values);
}

/// The examples in the documents: what they are, the code of their finding if they are wrong on
/// purpose, and their text.
fn examples() -> Vec<(&'static str, String, Value)> {
    let mut examples = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let docs = docs.map(|name| format!("docs/{}", name.to_str().unwrap()));
    for document in docs.chain(["README.md".to_owned()]).filter(|name| name.ends_with(".md")) {
        for block in blocks(&read(&document)).iter().filter(|b| b.info.starts_with("toml")) {
            let Ok(value) = toml::from_str::<Value>(&block.text) else { continue };
            let keymap = value.get("keymap").is_some() || block.info == "toml keymap";
            let code = block.heading.split(' ').next().unwrap();
            let code = if document == "docs/diagnostics.md" { code } else { "" };
            examples.push((if keymap { "keymap" } else { "config" }, code.to_owned(), value));
        }
    }
    examples
}

/// The findings that a schema can make as well.
const WRONG: &[&str] =
    &["E0005", "E0006", "E0008", "E0009", "E0010", "E0011", "E0012", "E0014", "E0018", "E0031"];

#[test]
fn examples_are_valid_and_wrong_ones_are_not() {
    let examples = examples();
    let mut wrong = BTreeSet::new();
    for schema in ["keymap", "config"] {
        let of: Vec<_> = examples.iter().filter(|(name, ..)| *name == schema).collect();
        let values: Vec<Value> = of.iter().map(|(_, _, value)| value.clone()).collect();
        assert!(values.len() >= 5, "{schema}: only {} examples", values.len());
        for (errors, (_, code, value)) in against(schema, &values).iter().zip(of) {
            let expected = WRONG.contains(&code.as_str());
            assert_eq!(!errors.is_empty(), expected, "{code} {errors:?} in {value}");
            if expected {
                let _ = wrong.insert(code.as_str());
            }
        }
    }
    assert_eq!(wrong.into_iter().collect::<Vec<_>>(), WRONG);
}
