//! What the session and logind tell, and what follows from it.

use std::time::Instant;

use super::{Evdev, away::Away, describe, layout::Change};
use crate::{
    config,
    daemon::{backend::Backend, core::Core, say},
    engine::{DeviceId, Event, XkbKeyboard},
    input::evdev::{Keyboard, State},
    session::{Origin, logind::Word},
};

impl Evdev {
    /// Takes in what was told.
    pub(super) fn hear_outside(&mut self, core: &mut Core) {
        while let Some(change) = self.layout.next() {
            self.on_layout(core, change);
        }
        while let Some(word) = self.logind.take() {
            self.on_logind(core, word);
        }
        if self.typist.is_away() {
            // A text that goes out under Caps Lock switches it off and on: that is over when the text is out.
            let devices: Vec<_> = self.input.keyboards().map(|(device, _)| device).collect();
            devices.into_iter().for_each(|device| self.on_lamps(device));
        }
        self.typist.hear(&mut self.input);
        self.tell_output();
    }

    /// Says how text goes out, when that has changed.
    fn tell_output(&mut self) {
        let output = describe::output(self);
        if output != self.output {
            say(&format!("output: {output}"));
            self.output = output;
        }
    }

    /// The session has other keymaps, or another group of them.
    pub(super) fn on_layout(&mut self, core: &mut Core, change: Change) {
        let (keymaps, origin, group) = match change {
            Change::Group(group) => return self.typist.seat.set_group(group),
            Change::Keymaps(keymaps, origin, group) => (keymaps, origin, group),
        };
        say(&format!("layout: {origin}"));
        self.choose_way(&origin);
        let before = std::mem::replace(&mut self.keymaps, keymaps);
        self.typist.seat.origin = origin.to_string();
        self.adopt();
        self.typist.seat.set_group(group);
        let changed = |(device, keyboard): (DeviceId, &Keyboard)| {
            let node = keyboard.twin.node();
            let keymap = self.keymaps.of(node);
            // One that says what it said leaves what is pending.
            let is_new = keymap.get_raw_ptr() != before.of(node).get_raw_ptr();
            (is_new && keyboard.state() == State::Taken)
                .then(|| (device, XkbKeyboard::new(keymap.clone())))
        };
        let changed: Vec<_> = self.input.keyboards().filter_map(changed).collect();
        for (device, keyboard) in changed {
            core.events.push((Instant::now(), Event::Keyboard { device, keyboard }));
        }
        self.feed(core);
    }

    /// Reads keys as the session reads those of the current keyboard's twin.
    pub(super) fn adopt(&mut self) {
        let keyboard = self.typist.current.and_then(|device| self.input.keyboard(device));
        let keymap = self.keymaps.of(keyboard.and_then(|keyboard| keyboard.twin.node())).clone();
        if !self.typist.seat.reads_by(&keymap) {
            let down: Vec<_> =
                self.input.twins().flat_map(|(_, twin)| twin.down().iter()).collect();
            self.typist.seat.adopt(keymap, &down);
        }
    }

    /// Opens the way beyond the keymap that this session has.
    fn choose_way(&mut self, origin: &Origin) {
        if let Some(beyond) = self.typist.beyond.for_session(origin) {
            self.typist.set_beyond(&mut self.input, beyond);
            if let Some(fd) = self.typist.beyond.fd() {
                // Without room for one more descriptor it is heard late.
                let _ = self.input.wait_for(fd);
            }
        }
    }

    /// Somebody else is in front of the keyboards, or nobody.
    fn on_logind(&mut self, core: &mut Core, word: Word) {
        let before = self.why_away(core);
        let mut delay = None;
        match word {
            Word::Session(state) => self.away.session(state),
            Word::Sleeps(until) => {
                self.away.sleep(true);
                delay = until;
            }
            Word::Woke => self.away.sleep(false),
            Word::Lost(why) => {
                say(&format!("{}: {why}", describe::UNHEARD));
                self.away = Away::default();
                self.unheard = Some(why);
            }
        }
        match self.why_away(core) {
            why if why == before => {}
            Some(why) => say(&format!("{why}: the keyboards are let go of")),
            None => say("the keyboards are taken again"),
        }
        let Ok(()) = self.apply_pause(core);
        // Now the machine may sleep.
        drop(delay);
    }

    /// Why the keyboards are let go of, besides a pause.
    pub(super) fn why_away(&self, core: &Core) -> Option<&'static str> {
        self.away.why(core.loaded.settings.when_away == config::WhenAway::LetGo)
    }
}
