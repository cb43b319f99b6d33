//! What the trigger's press and release mean: a hold, a tap, or the real Caps Lock (R4).

use super::{
    device::{Device, Hold, Phase, Scene},
    event::{Action, Direction, Session},
    held::Fate,
    keyboard::Keyboard,
    lookup::{self, Key},
    settings::{CapsLock, Settings, TapAction},
};
use crate::{keycode::Keycode, keysym::Keysym};

/// Shift in a mask of real modifiers.
const SHIFT_MASK: u8 = 1;

impl<K: Keyboard> Device<K> {
    pub(super) fn press_trigger(&mut self, scene: Scene) {
        // Used once: without a new session, nothing is known of other keyboards.
        let Session { base, latched, .. } = &mut self.session;
        let elsewhere = std::mem::take(base) | std::mem::take(latched);
        self.phase = Phase::Holding(Hold {
            since: scene.now,
            alone: true,
            shift: self.held.shifts() > 0 || elsewhere & SHIFT_MASK != 0,
            tapped: matches!(self.phase, Phase::Loose { tapped: true, .. }),
        });
        self.hold_down(scene.settings.trigger, Fate::Trigger, false);
    }

    /// The trigger went up: a tap, the real Caps Lock, or the end of a hold.
    pub(super) fn release_trigger(&mut self, scene: Scene, out: &mut Vec<Action>) {
        let Phase::Holding(hold) = std::mem::replace(&mut self.phase, Phase::Idle) else { return };
        let Settings { caps_lock, tap, .. } = *scene.settings;
        let double = self.tapped_at.take();
        if hold.alone && caps_lock == CapsLock::Shift && (hold.shift || self.held.shifts() > 0) {
            return self.toggle(out);
        }
        if !hold.alone || scene.now - hold.since > tap {
            return self.release_hold(scene, out);
        }
        if caps_lock == CapsLock::DoubleTap {
            if double.is_some_and(|first| hold.since - first <= tap) {
                return self.toggle(out);
            }
            self.tapped_at = Some(scene.now);
        }
        if hold.tapped { self.tap_again(scene, out) } else { self.tap(scene, out) }
    }

    /// A hold ended: what is complete is typed, what is not may wait for the last key of a fast
    /// typist.
    fn release_hold(&mut self, scene: Scene, out: &mut Vec<Action>) {
        let waits = !self.pending.is_empty() && !self.close(scene, out);
        if waits && !scene.settings.release_grace.is_zero() {
            self.keep(out);
            return self.loosen(scene, false);
        }
        self.resolve(scene, out);
        self.end(out);
    }

    fn tap(&mut self, scene: Scene, out: &mut Vec<Action>) {
        if scene.settings.tap_action == TapAction::Compose {
            self.keep(out);
        }
        // Keys that an earlier hold left behind have waited long enough.
        self.resolve(scene, out);
        match scene.settings.tap_action {
            TapAction::Compose => return self.loosen(scene, true),
            TapAction::None => {}
            TapAction::CapsLock => out.push(Action::ToggleCapsLock),
            TapAction::Escape if self.held.get(Keycode::ESCAPE).is_none() => {
                self.pass(Keycode::ESCAPE, Direction::Down, out);
                self.pass(Keycode::ESCAPE, Direction::Up, out);
            }
            TapAction::Escape => {}
        }
        self.end(out);
    }

    /// A tap while a tap composes: `<Multi_key>` where a rule has one, else the end.
    fn tap_again(&mut self, scene: Scene, out: &mut Vec<Action>) {
        self.pending.push(Key { keysym: Keysym::MULTI_KEY, latin: None });
        if lookup::find(scene.table, self.pending.keys()).is_some() {
            self.loosen(scene, true);
            self.settle(scene, false, out);
            if self.pending.is_empty() {
                self.end(out);
            }
            return;
        }
        self.pending.pop();
        self.close(scene, out);
        self.pending.clear();
        self.end(out);
    }

    /// Drops what is pending and toggles Caps Lock.
    fn toggle(&mut self, out: &mut Vec<Action>) {
        self.pending.clear();
        out.push(Action::ToggleCapsLock);
        self.end(out);
    }
}
