//! The settings that the desktop tells X programs: the XSETTINGS protocol, version 0.5.

/// The value of a text setting; `None` when it is not there, or is no text.
///
/// `settings` is the property `_XSETTINGS_SETTINGS` of the window that owns `_XSETTINGS_S0`.
pub(super) fn text(settings: &[u8], name: &str) -> Option<String> {
    let mut reader = Reader { rest: settings, little: *settings.first()? == 0 };
    // Byte order and padding, a serial number.
    let _ = reader.take(8)?;
    let count = reader.number()?;
    for _ in 0..count {
        let kind = reader.take(2)?[0];
        let length = reader.short()?;
        let this = reader.padded(length)?;
        // The serial number of its last change.
        let _ = reader.take(4)?;
        let value = match kind {
            // A number, and a colour.
            0 => reader.take(4)?,
            2 => reader.take(8)?,
            1 => {
                let length = reader.number()?;
                reader.padded(length)?
            }
            _ => return None,
        };
        if this == name.as_bytes() {
            return (kind == 1).then(|| String::from_utf8_lossy(value).into_owned());
        }
    }
    None
}

struct Reader<'a> {
    rest: &'a [u8],
    little: bool,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// So many bytes, and those that fill up to a multiple of four.
    fn padded(&mut self, length: usize) -> Option<&'a [u8]> {
        self.take(length.checked_next_multiple_of(4)?)?.get(..length)
    }

    fn short(&mut self) -> Option<usize> {
        let bytes = self.take(2)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }.into())
    }

    fn number(&mut self) -> Option<usize> {
        let bytes = self.take(4)?.try_into().ok()?;
        let number =
            if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
        usize::try_from(number).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three settings, laid out as the specification says.
    fn settings() -> Vec<u8> {
        let mut bytes = vec![0, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0];
        let mut setting = |kind: u8, name: &str, value: &[u8]| {
            bytes.extend([kind, 0]);
            bytes.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
            bytes.extend(name.bytes());
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            bytes.extend([9, 0, 0, 0]);
            bytes.extend(value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        };
        setting(0, "Net/DoubleClickTime", &[144, 1, 0, 0]);
        setting(2, "Gtk/Colour", &[0; 8]);
        setting(1, "Gtk/IMModule", b"\x04\0\0\0ibus");
        bytes
    }

    #[test]
    fn a_text_is_found_behind_others() {
        assert_eq!(text(&settings(), "Gtk/IMModule").as_deref(), Some("ibus"));
        assert_eq!(text(&settings(), "Net/DoubleClickTime"), None);
        assert_eq!(text(&settings(), "Gtk/FontName"), None);
    }

    #[test]
    fn what_is_cut_is_no_setting() {
        let settings = settings();
        for length in 0..settings.len() {
            assert_eq!(text(&settings[..length], "Gtk/IMModule"), None, "{length}");
        }
        assert_eq!(text(&[0xff; 64], "Gtk/IMModule"), None);
    }
}
