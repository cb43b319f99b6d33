//! The page of `composekey cheatsheet` in a real browser, headless: searched, clicked, printed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// A home, the page made there, and the folder of a browser.
struct Page {
    folder: TempDir,
    html: String,
}

impl Page {
    /// The page for this configuration.
    fn new(config: &str, arguments: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("config.toml");
        fs::write(&file, config).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_composekey"))
            .arg("--config")
            .arg(&file)
            .args(["cheatsheet", "--format", "html", "--layout", "de"])
            .args(arguments)
            .env_clear()
            .env("HOME", folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { html: String::from_utf8(output.stdout).unwrap(), folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the browser says of the page with this at its end, opened with this behind its address.
    fn browse(&self, more: &str, hash: &str, arguments: &[&str]) -> String {
        let file = self.path("sheet.html");
        fs::write(&file, format!("{}{more}", self.html)).unwrap();
        let output = Command::new("chromium")
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"])
            .args(["--no-first-run", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync", "--virtual-time-budget=5000"])
            .arg(format!("--user-data-dir={}", self.path("browser").display()))
            .args(arguments)
            .arg(format!("file://{}{hash}", file.display()))
            .env("HOME", self.folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("chromium, which `make deps` installs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What is in the page once its script has run.
    fn dom(&self, more: &str, hash: &str) -> String {
        self.browse(more, hash, &["--dump-dom"])
    }

    /// Prints on this paper: the pages, and the text on them.
    fn print(&self, paper: &str) -> (usize, String) {
        let pdf = self.path("sheet.pdf");
        let style = format!("<style>@page {{ size: {paper}; }}</style>");
        let to = format!("--print-to-pdf={}", pdf.display());
        let _ = self.browse(&style, "", &[&to, "--no-pdf-header-footer"]);
        let info = run("pdfinfo", &[&pdf]);
        let pages = info.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap();
        let size = info.lines().find(|line| line.starts_with("Page size:")).unwrap();
        let paper = paper.to_lowercase();
        assert!(size.to_lowercase().contains(&paper), "{size} is not {paper}");
        (pages.trim().parse().unwrap(), run("pdftotext", &[&pdf, Path::new("-")]))
    }
}

fn run(program: &str, arguments: &[&Path]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.expect("poppler-utils, which `make deps` installs");
    String::from_utf8(output.stdout).unwrap()
}

/// The texts of the entries that are shown.
fn shown(dom: &str) -> Vec<&str> {
    let entries = dom.split("<li").skip(1).filter(|entry| !entry.starts_with(" hidden"));
    entries
        .map(|entry| entry.split("data-text=\"").nth(1).unwrap().split('"').next().unwrap())
        .collect()
}

/// What the page says of itself.
fn said(dom: &str) -> &str {
    let said = dom.split("role=\"status\">").nth(1).unwrap();
    said.split("</p>").next().unwrap()
}

const OWN: &str = r#"
keymaps = ["greek", "currency"]
[sequences]
"la" = { text = "λ", name = "lambda", alias = ["\\lam"], replaces = "λ" }
"La" = "Λ"
'"q' = '<b>"&'
"zz" = { text = "two\nlines", name = "a <script>alert(1)</script> name", tags = ["letter"] }
"#;

#[test]
fn searching_leaves_what_has_every_word() {
    let page = Page::new(OWN, &[]);
    assert_eq!(shown(&page.dom("", "")), ["λ", "Λ", "&lt;b&gt;&quot;&amp;", "two\nlines"]);
    for (hash, texts, says) in [
        ("#q=lambda", &["λ"][..], "1 of 4"),
        ("#q=%5Clam", &["λ"], "1 of 4"),
        ("#q=GREEK%20capital", &["Λ"], "1 of 4"),
        ("#q=%CE%9B", &["Λ"], "1 of 4"),
        ("#q=letter%20two", &["two\nlines"], "1 of 4"),
        ("#q=nothing%20such", &[], "nothing for “nothing such”"),
    ] {
        let dom = page.dom("", hash);
        assert_eq!((shown(&dom).as_slice(), said(&dom)), (texts, says), "{hash}");
    }
    // Typed, not in the address.
    let typed = "<script>search.value = 'lamb'; search.dispatchEvent(new Event('input'))</script>";
    assert_eq!(shown(&page.dom(typed, "")), ["λ"]);
    let left = "<script>dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))</script>";
    assert_eq!(shown(&page.dom(left, "#q=lambda")).len(), 4);
}

#[test]
fn a_click_copies() {
    let page = Page::new(OWN, &[]);
    let click = "<script>document.addEventListener('copy', () => {
        document.title = 'copied ' + String(document.getSelection() || document.activeElement.value);
    });
    navigator.clipboard && (navigator.clipboard.writeText = async (text) => { document.title = 'wrote ' + text; });
    document.querySelectorAll('button[data-text]')[2].click();</script>";
    let dom = page.dom(click, "");
    assert!(dom.contains("<title>wrote &lt;b&gt;\"&amp;</title>"), "{dom}");
    assert_eq!(said(&dom), "&lt;b&gt;\"&amp; is copied");
}

#[test]
fn the_page_needs_nothing_else() {
    let page = Page::new(OWN, &["--all"]);
    for word in ["http:", "https:", "src=", "href=", "url(", "@import", "fetch("] {
        assert!(!page.html.contains(word), "{word}");
    }
    // Nothing is asked of the network, and nothing runs but the script of the page.
    let dom = page.dom("<img src=\"http://127.0.0.1:9/x\"><script src=\"x.js\"></script>", "");
    assert!(!dom.contains("alert(1)</script> name</i>"), "names are text");
    assert!(dom.contains("&lt;script&gt;alert(1)&lt;/script&gt; name"));
}

#[test]
fn a_sheet_of_120_sequences_is_one_page() {
    let rules: String = (0..120)
        .map(|i| {
            let c = char::from_u32(0x391 + i % 60).filter(|&c| c != '\u{3a2}').unwrap_or('Σ');
            format!("\"z{i:03}\" = {{ text = \"{c}\", name = \"my own name number {i}\" }}\n")
        })
        .collect();
    let page = Page::new(&format!("keymaps = []\n[sequences]\n{rules}"), &[]);
    for paper in ["A4", "Letter"] {
        let (pages, text) = page.print(paper);
        assert_eq!(pages, 1, "on {paper}");
        for i in 0..120 {
            assert!(text.contains(&format!("name number {i}")), "{i} is cut on {paper}:\n{text}");
        }
    }
    let (pages, text) = Page::new("keymaps = [\"default\"]\n", &["--all"]).print("A4");
    assert!((4..=12).contains(&pages), "{pages} pages");
    assert!(text.contains("Greek letters") && text.contains("⇒"));
}
