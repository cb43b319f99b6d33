//! What the keys typed so far give: longest match, mismatch, swap.

use super::{
    device::{Device, Phase, Scene},
    event::Action,
    keyboard::Keyboard,
    lookup::Key,
    pending::{Given, Reading},
    settings::OnMismatch,
};

impl<K: Keyboard> Device<K> {
    /// Types what the pending keys give, until they wait for more. `fresh` says that the last of
    /// them is the key at hand; whether that one is to be passed on.
    ///
    /// In a hold one sequence follows the other. Otherwise the first answer is the last: nothing
    /// is pending afterwards.
    pub(super) fn settle(&mut self, scene: Scene, fresh: bool, out: &mut Vec<Action>) -> bool {
        let once = matches!(self.phase, Phase::Loose { .. });
        loop {
            match self.pending.read(scene.table) {
                Reading::Waits => return false,
                Reading::Gives { len, given } => {
                    self.give(scene, len, given, out);
                    if once {
                        return self.leave_rest(scene, fresh, out);
                    }
                }
                Reading::Nowhere { len } => {
                    let swap = scene.settings.on_mismatch == OnMismatch::Swap;
                    if swap && self.pending.swap(scene.table, len.max(2)) {
                        continue;
                    }
                    if swap && len == self.pending.keys().len() && self.is_stray() {
                        return false;
                    }
                    if let Some(pass) = self.lose(scene, len, fresh, out) {
                        return pass;
                    }
                }
            }
        }
    }

    /// A single key that starts no rule: the next one may want to come before it.
    fn is_stray(&self) -> bool {
        matches!(self.pending.keys(), [key] if key.has_text())
    }

    /// The first `len` pending keys lead nowhere. Answers as `settle` does, or `None` when the
    /// keys behind them are to be read.
    fn lose(
        &mut self,
        scene: Scene,
        len: usize,
        fresh: bool,
        out: &mut Vec<Action>,
    ) -> Option<bool> {
        let keys = self.pending.keys();
        let last = fresh && len == keys.len();
        let has_text = keys[len - 1].has_text();
        let grace = matches!(self.phase, Phase::Loose { tapped: false, .. });
        if grace {
            // The trigger is up: a key that does not go on with the sequence is ordinary typing.
            self.leave_rest(scene, fresh, out);
            return Some(fresh);
        }
        if last && !has_text && (len == 1 || scene.settings.on_mismatch == OnMismatch::Type) {
            self.mismatch_keys(scene, len - 1, out);
            self.pending.clear();
            return Some(true);
        }
        self.mismatch_keys(scene, len, out);
        if matches!(self.phase, Phase::Loose { .. }) {
            self.pending.clear();
            return Some(false);
        }
        self.pending.forget(len);
        None
    }

    /// Composing is over. What was typed before the key at hand led nowhere; that one is ordinary
    /// typing, unless it is used up.
    fn leave_rest(&mut self, scene: Scene, fresh: bool, out: &mut Vec<Action>) -> bool {
        let left = self.pending.keys().len();
        let pass = fresh && left > 0;
        self.mismatch_keys(scene, left - usize::from(pass), out);
        self.pending.clear();
        pass
    }

    /// No more keys will come: types what is complete, and the rest leads nowhere.
    pub(super) fn resolve(&mut self, scene: Scene, out: &mut Vec<Action>) {
        let once = matches!(self.phase, Phase::Loose { .. });
        let mut left = self.pending.keys().len();
        while let Some((len, rule)) = self.pending.prefix(scene.table, left) {
            self.give(scene, len, Given::Rule(rule), out);
            left -= len;
            if once {
                break;
            }
        }
        self.leave_rest(scene, false, out);
    }

    /// The trigger goes up: types what the pending keys give as a whole. Whether that settled them.
    pub(super) fn close(&mut self, scene: Scene, out: &mut Vec<Action>) -> bool {
        match self.pending.close(scene.table) {
            Reading::Waits => return false,
            Reading::Gives { len, given } => self.give(scene, len, given, out),
            Reading::Nowhere { len } => {
                self.mismatch_keys(scene, len, out);
                self.pending.forget(len);
            }
        }
        true
    }

    /// Another table: the pending keys are read again, and nobody hears of those it does not know.
    pub(super) fn change_table(&mut self, scene: Scene, out: &mut Vec<Action>) {
        if self.pending.is_empty() {
            return;
        }
        let once = matches!(self.phase, Phase::Loose { .. });
        loop {
            match self.pending.read(scene.table) {
                Reading::Waits => break,
                Reading::Gives { len, given } => {
                    self.give(scene, len, given, out);
                    if once {
                        self.pending.clear();
                    }
                }
                Reading::Nowhere { .. } => self.pending.clear(),
            }
        }
        if once && self.pending.is_empty() {
            self.end(out);
        }
    }

    fn give(&mut self, scene: Scene, len: usize, given: Given, out: &mut Vec<Action>) {
        out.push(Action::Type(match given {
            Given::Rule(rule) => scene.table.output(rule).to_owned(),
            Given::Code(c) => c.to_string(),
        }));
        self.pending.forget(len);
    }

    /// The first `len` pending keys led nowhere; they stay pending.
    fn mismatch_keys(&self, scene: Scene, len: usize, out: &mut Vec<Action>) {
        if len == 0 {
            return;
        }
        Self::mismatch(out);
        if scene.settings.on_mismatch == OnMismatch::Type {
            let text: String =
                self.pending.keys()[..len].iter().copied().filter_map(Key::text).collect();
            if !text.is_empty() {
                out.push(Action::Type(text));
            }
        }
    }
}
