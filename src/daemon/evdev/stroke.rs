//! [`Stroke`]: a key of a twin, and [`place`]: which twin a key goes out on.

use std::collections::VecDeque;

use crate::{
    engine::{DeviceId, Direction},
    input::evdev::{EvdevInput, State, Twin},
    keycode::Keycode,
    output::Undelivered,
};

/// A key of a twin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stroke {
    pub(super) device: DeviceId,
    pub(super) code: u16,
    pub(super) down: bool,
}

/// The twins, as the typist needs them.
pub(super) trait Twins {
    /// Every twin.
    fn twins(&mut self) -> impl Iterator<Item = (DeviceId, &mut Twin)>;

    /// One of them.
    fn twin(&mut self, device: DeviceId) -> Option<&mut Twin>;

    /// A keyboard that is taken: `wanted` if it is one, else any.
    fn taken(&self, wanted: Option<DeviceId>) -> Option<DeviceId>;
}

impl Twins for EvdevInput {
    fn twins(&mut self) -> impl Iterator<Item = (DeviceId, &mut Twin)> {
        Self::twins(self)
    }

    #[inline(always)]
    fn twin(&mut self, device: DeviceId) -> Option<&mut Twin> {
        self.keyboard(device).map(|keyboard| &mut keyboard.twin)
    }

    fn taken(&self, wanted: Option<DeviceId>) -> Option<DeviceId> {
        let taken = |device: &DeviceId| {
            let mut keyboards = self.keyboards();
            keyboards.any(|(id, keyboard)| id == *device && keyboard.state() == State::Taken)
        };
        let any = || self.keyboards().map(|(device, _)| device).find(taken);
        wanted.filter(taken).or_else(any)
    }
}

/// Each of these keys with its twin: `sink`, but what is held on another twin goes up and down there.
/// All of them or none.
pub(super) fn place(
    twins: &mut impl Twins,
    sink: DeviceId,
    strokes: Vec<(Keycode, Direction)>,
) -> Result<VecDeque<Stroke>, Undelivered> {
    let code = |key: Keycode| u16::try_from(key.0.saturating_sub(8)).unwrap_or(u16::MAX);
    let twin = twins.twin(sink).ok_or(Undelivered::NoKeyboard)?;
    if strokes.iter().any(|&(key, _)| !twin.has(code(key))) {
        return Err(Undelivered::NotInKeymap);
    }
    let mut lifted: Vec<(DeviceId, u16)> = Vec::new();
    let mut placed = VecDeque::with_capacity(strokes.len());
    for (key, direction) in strokes {
        let (code, down) = (code(key), direction != Direction::Up);
        let on = |device| Stroke { device, code, down };
        let has = |twin: &Twin| twin.down().has(code);
        if !lifted.iter().any(|&(_, lifted)| lifted == code) {
            let owners = twins.twins().filter(|(_, twin)| !down && has(twin));
            lifted.extend(owners.map(|(device, _)| (device, code)));
        }
        let owners = lifted.iter().filter(|(_, lifted)| *lifted == code);
        let before = placed.len();
        placed.extend(owners.map(|&(device, _)| on(device)));
        if placed.len() == before {
            placed.push_back(on(sink));
        }
    }
    Ok(placed)
}
