//! [`without_pool`]: an X server's keymap without the keycodes that our own pool has put into it.
//!
//! A character of the pool stands there for a while only, and its keycode is nobody's to type with: the
//! pool may give it another character. Nor is it news that one stands there. And keycodes of the pool may have no
//! name, which no keymap can be compiled with.

use crate::x11::POOL_TYPE;

/// The keymap (`XKB_KEYMAP_FORMAT_TEXT_V1`) without keys of the pool's type, and without the type.
pub(super) fn without_pool(text: &str) -> String {
    let mark = format!("\"{POOL_TYPE}");
    let mut rest = String::with_capacity(text.len());
    for statement in text.split_inclusive("};") {
        let Some(at) = statement.find(&mark) else {
            rest.push_str(statement);
            continue;
        };
        // What stands before it belongs to the section, such as the names of the groups.
        let before = &statement[..at];
        let start = before.rfind("key <").or_else(|| before.rfind("type ")).unwrap_or(at);
        rest.push_str(before[..start].trim_end());
    }
    rest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        session::Names,
        xkb_option::{Files, Placement, Slot},
    };

    const PLAIN: &str = "xkb_keymap {
xkb_types \"(unnamed)\" {
\ttype \"ONE_LEVEL\" {
\t\tmodifiers= none;
\t};
};
xkb_symbols \"(unnamed)\" {
\tname[Group1]=\"us\";
\tkey <ESC>                {\t[ Escape ] };
\tkey <AE01>               {\t[ 1, exclam ] };
};
};
";

    #[test]
    fn what_the_pool_added_is_gone() {
        let pool = "\n\ttype \"COMPOSEKEY_POOL_A0\" {\n\t\tmodifiers= Shift+Mod3;\n\t\tmap[Mod3]= 2;\n\t};";
        let key = |name: &str| {
            format!(
                "\n\tkey <{name}>   {{\n\t\ttype= \"COMPOSEKEY_POOL_A0\",\n\t\tsymbols[Group1]= [ U03BB, NoSymbol ],\n\t\t\
                 actions[Group1]= [ NoAction(), SetMods(modifiers=Mod5) ]\n\t}};"
            )
        };
        let with = PLAIN.replace("none;\n\t};", &format!("none;\n\t}};{pool}"));
        let with = with.replace("\"us\";", &format!("\"us\";{}", key("AB11")));
        let with = with.replace("exclam ] };", &format!("exclam ] }};{}{}", key(""), key("I230")));
        assert_eq!(with.matches("COMPOSEKEY").count(), 4);
        assert_eq!(without_pool(&with), PLAIN);
        assert_eq!(without_pool(PLAIN), PLAIN);
    }

    /// Somebody may have given an X server a keymap with it.
    #[test]
    fn the_xkb_option_stays() {
        let keymap = Names::default().compile(None).unwrap();
        let wanted: Vec<_> = ('\u{100}'..='\u{fff}').collect();
        let placement = Placement::new(&Slot::all(&[keymap]), &wanted, &BTreeMap::new());
        let Files { types, symbols, .. } = Files::new(&placement);
        for kind in ["COMPOSEKEY_SIXTEEN", "COMPOSEKEY_EIGHT", "COMPOSEKEY_SEVEN"] {
            assert!(types.contains(kind) && symbols.contains(kind), "{kind}");
        }
        assert_eq!(without_pool(&types), types);
        assert_eq!(without_pool(&symbols), symbols);
    }
}
