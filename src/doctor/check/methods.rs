//! Input methods.

use std::collections::BTreeSet;

use super::{Facts, Finding, and, typed};
use crate::{
    diagnostic::Code,
    doctor::{Topic, facts::Variable},
    xcompose::profile::Version,
};

/// What chooses no input method: a toolkit's own, or that of the display.
const OWN: [&str; 15] = [
    "",
    "none",
    "local",
    "simple",
    "compose",
    "xim",
    "wayland",
    "text-input-v3",
    "broadway",
    "qtvirtualkeyboard",
    "gtk-im-context-simple",
    "gtk-im-context-none",
    "cedilla",
    "ipa",
    "thai",
];

/// The input methods whose processes are known.
const METHODS: [&str; 8] = ["ibus", "fcitx", "uim", "scim", "kime", "hime", "nimf", "gcin"];

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = [xmodifiers_form, contradiction, two_run, no_xim_server]
        .iter()
        .filter_map(|question| question(facts))
        .collect();
    // These two say it already.
    let told = |f: &Finding| matches!(f.code, Code::NoXimServer | Code::MethodsContradict);
    if !findings.iter().any(told) {
        findings.extend(not_running(facts));
    }
    findings.extend(no_module(facts));
    findings.extend(bypassed(facts));
    findings.extend(gtk_composes_nothing(facts));
    findings
}

/// The input method that a variable chooses; nothing for a toolkit's own.
fn chosen(variable: &Variable) -> Option<&str> {
    let value = match variable.name {
        "XMODIFIERS" => variable.value.strip_prefix("@im=")?.split('@').next()?,
        "QT_IM_MODULES" => variable.value.split(';').find(|name| METHODS.contains(name))?,
        _ => variable.value.as_str(),
    };
    let name = value.trim_end_matches("-im");
    let name = if name == "fcitx5" { "fcitx" } else { name };
    METHODS.contains(&name).then_some(name)
}

fn runs(facts: &Facts, method: &str) -> bool {
    facts.methods.running.iter().any(|running| running == method)
}

/// The program that starts an input method, with its XIM server.
fn start(method: &str) -> String {
    match method {
        "ibus" => "ibus-daemon --daemonize --replace --xim".to_owned(),
        "fcitx" => "fcitx5 --daemonize --replace".to_owned(),
        other => format!("im-launch {other}"),
    }
}

/// The line that opens the place where a variable is set, or takes it out of this shell.
fn unset(variable: &Variable, facts: &Facts) -> (String, &'static str) {
    match &variable.set_in {
        Some((file, line)) => {
            let root = if file.starts_with("/etc") { "sudo " } else { "" };
            let file = typed(file, facts);
            (
                format!("{root}\"${{EDITOR:-nano}}\" +{line} {file}"),
                "take that line out, and log in again",
            )
        }
        None => (format!("unset {}", variable.name), "and find out what sets it when you log in"),
    }
}

fn xmodifiers_form(facts: &Facts) -> Option<Finding> {
    let variable = facts.methods.variables.iter().find(|v| v.name == "XMODIFIERS")?;
    if variable.value.starts_with('@') {
        return None;
    }
    Some(
        Finding::new(
            Code::XmodifiersForm,
            Topic::InputMethod,
            format!("`XMODIFIERS` is `{}`, which names no input method", variable.value),
            "X programs look for `@im=NAME` there, and refuse anything else",
        )
        .fix(format!("export XMODIFIERS=@im={}", variable.value.trim_start_matches("im=")))
        .then("where it is set; then log in again"),
    )
}

fn no_xim_server(facts: &Facts) -> Option<Finding> {
    let name = facts.methods.missing_xim_server()?;
    let finding = Finding::new(
        Code::NoXimServer,
        Topic::InputMethod,
        format!("`XMODIFIERS` is `@im={name}`, and no such input method is on the display"),
        "xterm, Java, Tk and others compose nothing at all then, not even by ~/.XCompose",
    );
    let own = "export XMODIFIERS=@im=none";
    Some(match name {
        "ibus" | "fcitx" => finding
            .fix(start(name))
            .then("or `export XMODIFIERS=@im=none`, which lets them compose by themselves"),
        _ => finding.fix(own).then("lets them compose by themselves, when they are started anew"),
    })
}

fn not_running(facts: &Facts) -> Option<Finding> {
    let missing: Vec<&Variable> = facts
        .methods
        .variables
        .iter()
        .filter(|variable| chosen(variable).is_some_and(|method| !runs(facts, method)))
        .collect();
    let first = missing.first()?;
    let method = chosen(first)?;
    let names: Vec<String> = missing.iter().map(|v| format!("`{}`", v.name)).collect();
    let verb = if names.len() == 1 { "chooses" } else { "choose" };
    Some(
        Finding::new(
            Code::MethodNotRunning,
            Topic::InputMethod,
            format!("{} {verb} the input method `{method}`, which does not run", and(&names)),
            "programs wait for it, and then compose each in a way of its own, or not at all",
        )
        .fix(start(method))
        .then("or take the variables out where they are set"),
    )
}

fn no_module(facts: &Facts) -> Option<Finding> {
    let installed = &facts.methods.gtk_modules;
    let variable = facts.methods.variables.iter().find(|v| v.name == "GTK_IM_MODULE")?;
    let value = variable.value.as_str();
    // One that does not run is told of already, and those that run bring their modules.
    let known = OWN.contains(&value)
        || chosen(variable)
            .is_some_and(|method| METHODS[..2].contains(&method) || !runs(facts, method))
        || installed.iter().any(|name| name == value);
    if known || installed.is_empty() {
        return None;
    }
    let (line, then) = unset(variable, facts);
    Some(
        Finding::new(
            Code::NoInputModule,
            Topic::InputMethod,
            format!("`GTK_IM_MODULE` is `{value}`, and no such module of GTK is installed"),
            "GTK says nothing and takes another way to compose",
        )
        .fix(line)
        .then(then),
    )
}

fn contradiction(facts: &Facts) -> Option<Finding> {
    let methods: BTreeSet<&str> = facts.methods.variables.iter().filter_map(chosen).collect();
    if methods.len() < 2 {
        return None;
    }
    let wrong = facts
        .methods
        .variables
        .iter()
        .find(|variable| chosen(variable).is_some_and(|method| !runs(facts, method)));
    let chosen_by =
        |variable: &Variable| Some(format!("`{}` {}", variable.name, chosen(variable)?));
    let each: Vec<String> = facts.methods.variables.iter().filter_map(chosen_by).collect();
    let (line, then) = unset(wrong.or(facts.methods.variables.last())?, facts);
    Some(
        Finding::new(
            Code::MethodsContradict,
            Topic::InputMethod,
            format!("input methods contradict each other: {}", and(&each)),
            "each toolkit asks another one, so the same keys give other characters in each window",
        )
        .fix(line)
        .then(then),
    )
}

fn two_run(facts: &Facts) -> Option<Finding> {
    let running = &facts.methods.running;
    let [.., last] = &running[..] else { return None };
    if running.len() < 2 {
        return None;
    }
    let stop = match last.as_str() {
        "ibus" => "ibus exit".to_owned(),
        "fcitx" => "fcitx5-remote --exit".to_owned(),
        other => format!("killall {other}"),
    };
    Some(
        Finding::new(
            Code::TwoMethods,
            Topic::InputMethod,
            format!("{} run at the same time", and(running)),
            "each takes keys from the other, and which one composes differs from window to window",
        )
        .fix(stop)
        .then("and choose one in the settings of the desktop, or with `im-config`"),
    )
}

fn bypassed(facts: &Facts) -> Option<Finding> {
    let method = facts.methods.running.first().filter(|_| !facts.is_wayland())?;
    let gtk_is_told = |name: &str| name == "GTK_IM_MODULE" && facts.methods.gtk_setting.is_some();
    let set = |name: &str| {
        facts.methods.variables.iter().any(|variable| variable.name == name) || gtk_is_told(name)
    };
    let missing: Vec<&str> =
        ["GTK_IM_MODULE", "QT_IM_MODULE", "XMODIFIERS"].into_iter().filter(|n| !set(n)).collect();
    let first = missing.first()?;
    let value = if *first == "XMODIFIERS" { format!("@im={method}") } else { method.clone() };
    let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    Some(
        Finding::new(
            Code::MethodBypassed,
            Topic::InputMethod,
            format!("{method} runs, but {} {verb} not set", and(&names)),
            "those programs compose by themselves, with their own Compose file; that may be what you want",
        )
        .fix(format!("export {first}={value}"))
        .then("where your session sets its variables; then log in again"),
    )
}

fn gtk_composes_nothing(facts: &Facts) -> Option<Finding> {
    let gtk = facts.compose.readers.iter().find(|reader| reader.toolkit == "gtk4")?;
    let version: Version = gtk.version.as_ref()?.parse().ok()?;
    let set = facts.methods.variables.iter().any(|variable| variable.name == "GTK_IM_MODULE");
    if version < Version(4, 20, 0)
        || !facts.is_wayland()
        || set
        || !facts.methods.running.is_empty()
    {
        return None;
    }
    Some(
        Finding::new(
            Code::GtkComposesNothing,
            Topic::InputMethod,
            format!("GTK {version} composes nothing here: no input method runs"),
            "from 4.20 on GTK leaves that to the compositor's input method on Wayland",
        )
        .fix("mkdir -p ~/.config/environment.d && echo GTK_IM_MODULE=simple >> ~/.config/environment.d/gtk.conf")
        .then("then log in again"),
    )
}
