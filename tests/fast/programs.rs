//! Files for other programs, read by these programs: each carried sequence gives its text.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
};

use composekey::{
    exchange::{self, Format},
    source::Sources,
};

use crate::support::Home;

const CONFIG: &str = r##"
keymaps = ["default", "greek"]

[sequences]
"la" = { text = "λ", name = "lambda" }
"'\\" = "→"
"x " = "✓"
"&a" = "&"
"<Left><Right>" = "↔"
"^$" = "¢"
"shrug" = '¯\_(ツ)_/¯'
":)" = "😀"
"yq" = "say \"hi\": 'you' #1"
"{}" = "{{braces}}"
"nl" = "two\n\tlines"
"ж€" = "€"
"😀x" = "!"
"##;

/// A generated file, the keys and texts that it carries, and how many are left out.
struct Generated {
    home: Home,
    path: PathBuf,
    rules: Vec<(String, String)>,
    left_out: Vec<String>,
}

fn generate(target: &str) -> Generated {
    let home = Home::with_config(CONFIG);
    let ran = home.run(&["generate", "--target", target, "--output", "file", "--json"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let (mut rules, mut left_out) = (Vec::new(), Vec::new());
    for line in ran.out.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| object[name].as_str().unwrap().to_owned();
        match object.get("code") {
            Some(code) => {
                assert_eq!(code, "E0046");
                left_out.push(field("message"));
            }
            None => rules.push((field("keys"), field("text"))),
        }
    }
    let path = home.path("file");
    Generated { home, path, rules, left_out }
}

impl Generated {
    /// What a program answers.
    fn ask(&self, command: &mut Command, input: &str) -> String {
        let program = command.get_program().to_owned();
        command.current_dir(self.home.path("")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let child = command.env("LC_ALL", "C.UTF-8").stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{program:?}: {error}; `make deps`"));
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        let said = fs::read_to_string(self.home.path("said")).unwrap_or_default();
        assert!(output.status.success(), "{program:?}: {err}{said}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A character as `loadkeys` prints it: `'a'`, `'\''` or `'\1673'`.
fn c_character(text: &str) -> char {
    let inner = text.strip_prefix('\'').unwrap().strip_suffix('\'').unwrap();
    match inner.strip_prefix('\\') {
        None => inner.chars().next().unwrap(),
        Some(digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => {
            char::from_u32(u32::from_str_radix(digits, 8).unwrap()).unwrap()
        }
        Some(escaped) => escaped.chars().next().unwrap(),
    }
}

#[test]
fn loadkeys_reads_the_console_table() {
    let made = generate("console");
    let table =
        made.ask(Command::new("loadkeys").args(["--unicode", "--mktable"]).arg(&made.path), "");
    let table = table.split_once("accent_table[MAX_DIACR] = {").unwrap().1;
    let table = table.split_once("};").unwrap().0;
    let mut found: Vec<(String, String)> = table
        .split('{')
        .skip(1)
        .map(|entry| {
            let entry = entry.trim().trim_end_matches(',').trim_end_matches('}');
            let (keys, output) = entry.rsplit_once(", 0x").unwrap();
            // A comma may itself be a key.
            let second = keys[1..].find(", '").unwrap() + 1;
            let keys = [c_character(&keys[..second]), c_character(&keys[second + 2..])];
            let output = u32::from_str_radix(output, 16).unwrap();
            (keys.iter().collect(), char::from_u32(output).unwrap().to_string())
        })
        .collect();
    let mut expected = made.rules.clone();
    assert_eq!(expected.len(), 256);
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    // One's own come first.
    assert!(expected.contains(&("'\\".into(), "→".into())));
    let whys: Vec<&str> =
        made.left_out.iter().map(|message| message.rsplit_once(": ").unwrap().1).collect();
    assert_eq!(
        whys,
        [
            "one of the keys has no character of its own",
            "it has not two keys",
            "`loadkeys` knows no characters above U+EFFF",
            "the text is more than one character",
            "the kernel has room for 256",
        ]
    );
}

/// Digits of each character, so that no quoting comes between us and a program.
fn numbers(text: &str) -> String {
    let numbers: Vec<String> = text.chars().map(|c| u32::from(c).to_string()).collect();
    numbers.join(" ")
}

fn characters(numbers: &str) -> String {
    numbers.split_whitespace().map(|n| char::from_u32(n.parse().unwrap()).unwrap()).collect()
}

#[test]
fn vim_knows_the_digraphs() {
    let made = generate("vim");
    assert!(made.rules.len() > 400, "{}", made.rules.len());
    let keys: String = made.rules.iter().map(|(keys, _)| numbers(keys) + "\n").collect();
    fs::write(made.home.path("keys"), keys).unwrap();
    // Typed, not asked for: `digraph_get` takes no keys of more than a byte.
    let script = "\
source file
set noautoindent
for keys in readfile('keys')
    let typed = join(map(split(keys), 'nr2char(v:val)'), '')
    call feedkeys(\"o\\<C-k>\" .. typed .. \"\\<Esc>\", 'tx')
endfor
1delete
write! texts
qall!
";
    fs::write(made.home.path("ask.vim"), script).unwrap();
    let vim = "vim -es -N -u NONE -i NONE --cmd".split(' ').collect::<Vec<_>>();
    made.ask(
        Command::new(vim[0]).args(&vim[1..]).args([
            "set enc=utf-8",
            "--cmd",
            "redir! > said",
            "-S",
            "ask.vim",
        ]),
        "",
    );
    let texts = fs::read_to_string(made.home.path("texts")).unwrap();
    assert_eq!(texts.lines().count(), made.rules.len());
    for ((keys, text), found) in made.rules.iter().zip(texts.lines()) {
        assert_eq!(found, text, "{keys}");
    }
}

#[test]
fn emacs_composes() {
    let made = generate("emacs");
    assert!(made.rules.len() > 500, "{}", made.rules.len());
    // Every key is typed into a buffer; a newline comes as a number too.
    let mut script = String::from(
        "(load (expand-file-name \"file\") nil t t)\n\
         (setq quail-show-guidance nil input-method-verbose-flag nil)\n\
         (switch-to-buffer \"typed\")\n(activate-input-method \"composekey\")\n",
    );
    for (keys, _) in &made.rules {
        let keys = numbers(&format!("&{keys}"));
        script += &format!(
            "(erase-buffer) (execute-kbd-macro [{keys}])\n\
             (princ (concat (mapconcat (function number-to-string) (buffer-string) \" \") \"\\n\"))\n"
        );
    }
    fs::write(made.home.path("ask.el"), script).unwrap();
    let typed = made.ask(Command::new("emacs").args(["-Q", "--batch", "-l", "ask.el"]), "");
    assert_eq!(typed.lines().count(), made.rules.len());
    for ((keys, text), found) in made.rules.iter().zip(typed.lines()) {
        // After a key that could go on, Emacs waits: what is shown is what stands there.
        assert_eq!(&characters(found), text, "{keys}");
    }
}

#[test]
fn a_yaml_parser_reads_the_matches_of_espanso() {
    let made = generate("espanso");
    let script = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";
    let text = fs::read_to_string(&made.path).unwrap();
    let python = std::env::var_os("PYTHON").unwrap_or_else(|| "/usr/bin/python3".into());
    let json = made.ask(Command::new(python).args(["-c", script]), &text);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let found: Vec<(String, String)> = json["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let field = |name: &str| entry[name].as_str().unwrap().to_owned();
            (field("trigger").strip_prefix(':').unwrap().to_owned(), field("replace"))
        })
        .collect();
    let mut expected = made.rules.clone();
    let mut sorted = found.clone();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected);
    assert!(made.left_out.iter().any(|why| why.contains("`{{`")), "{:?}", made.left_out);
}

/// What our reader finds in a text.
fn read(format: Format, text: &str) -> Vec<(String, String)> {
    let mut sources = Sources::default();
    let source = sources.add("text", text.to_owned());
    let (rules, findings) =
        exchange::read(Some(format), source, &Arc::from("read"), &sources).unwrap();
    assert_eq!(findings, []);
    let mut rules: Vec<_> =
        rules.into_iter().map(|rule| (rule.sequence.to_string(), rule.output.text)).collect();
    rules.sort();
    rules
}

#[test]
fn gnustep_reads_the_key_bindings_of_macos() {
    let made = generate("macos");
    let text = fs::read_to_string(&made.path).unwrap();
    // GNUstep prints in its own words what it has read.
    let printed = made.ask(&mut Command::new("pl"), &text);
    let mut expected = made.rules.clone();
    expected.sort();
    assert_eq!(read(Format::MacOs, &printed), expected);
    assert_eq!(read(Format::MacOs, &text), expected);
    assert!(expected.contains(&("<Left><Right>".into(), "↔".into())));
}

#[test]
fn libxkbcommon_reads_the_file_for_wincompose() {
    let made = generate("wincompose");
    let text = fs::read_to_string(&made.path).unwrap();
    let table = crate::oracle::table(&text);
    for (keys, text) in &made.rules {
        let sequence = composekey::sequence::Sequence::parse(keys).unwrap();
        let found = crate::oracle::gives(&table, sequence.keysyms());
        // Characters stand there by their numbers, which libxkbcommon takes for other keysyms.
        if keys.is_ascii() && keys != "<Left><Right>" {
            assert_eq!(found.as_ref(), Some(text), "{keys}");
        }
    }
    assert!(text.contains("<Multi_key> <U0436> <U20AC> : \"€\"\n"), "{text}");
    assert!(made.rules.iter().any(|(keys, _)| keys == "<Left><Right>"));
}
