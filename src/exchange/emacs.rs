//! Emacs: an input method for `quail`, in which each sequence follows an `&`.

use super::{Reason, Sieve, characters, lines};
use crate::sequence::Rule;

const HEAD: &str = r#";;; composekey.el --- compose sequences after `&' -*- coding: utf-8; lexical-binding: t -*-
;; Written by composekey: change its keymaps, not this file.
;; Load it from your init file, then: C-x RET C-\ composekey RET

(require 'quail)
(quail-define-package
 "composekey" "UTF-8" "&" t "Compose sequences: each follows an `&'."
 nil t nil nil nil nil nil nil nil nil t)
(quail-define-rules
"#;

const FOOT: &str = " )\n\n(provide 'composekey)\n;;; composekey.el ends here\n";

pub(super) fn write<'a>(rules: &[&'a Rule], sieve: &mut Sieve<'a>) -> String {
    let entries = sieve.entries(rules, entry);
    format!("{HEAD}{}{FOOT}", lines(sieve, entries))
}

fn entry(rule: &Rule) -> Result<String, Reason> {
    let keys: String = characters(rule)?.into_iter().collect();
    if !keys.is_ascii() {
        return Err("Emacs asks an input method about ASCII keys alone");
    }
    Ok(format!(" ({} [{}])", string(&format!("&{keys}")), string(&rule.output.text)))
}

fn string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
