//! The order of keys around a text that another way out types, with a way out that the test plays.

use std::{cell::RefCell, collections::BTreeMap, fs::File, io::Read, rc::Rc};

use rustix::pipe::{PipeFlags, pipe_with};

use super::{super::beyond::tests::Play, *};
use crate::{engine::XkbKeyboard, input::evdev::Twin};

const A: u16 = 30;
const B: u16 = 48;
const SHIFT: u16 = 42;
const CTRL: u16 = 29;
const CAPS: u16 = 58;
const BOARD: DeviceId = DeviceId(0);
const OTHER: DeviceId = DeviceId(1);

/// Two twins whose kernel is a pipe.
struct Boards {
    twins: BTreeMap<DeviceId, Twin>,
    wires: BTreeMap<DeviceId, File>,
}

impl Twins for Boards {
    fn twins(&mut self) -> impl Iterator<Item = (DeviceId, &mut Twin)> {
        self.twins.iter_mut().map(|(&device, twin)| (device, twin))
    }

    fn twin(&mut self, device: DeviceId) -> Option<&mut Twin> {
        self.twins.get_mut(&device)
    }

    fn taken(&self, wanted: Option<DeviceId>) -> Option<DeviceId> {
        wanted.filter(|device| self.twins.contains_key(device)).or(self
            .twins
            .keys()
            .next()
            .copied())
    }
}

impl Boards {
    fn new() -> Self {
        let mut boards = Self { twins: BTreeMap::new(), wires: BTreeMap::new() };
        for device in [BOARD, OTHER] {
            let (wire, kernel) = pipe_with(PipeFlags::NONBLOCK).unwrap();
            boards.twins.insert(device, Twin::played(kernel));
            boards.wires.insert(device, wire.into());
        }
        boards
    }

    /// The keys that went out on a twin since the last call: `+30` down, `-30` up.
    fn out(&mut self, device: DeviceId) -> String {
        self.twin(device).unwrap().flush().unwrap();
        let mut bytes = Vec::new();
        let _ = self.wires[&device].try_clone().unwrap().read_to_end(&mut bytes);
        let word = |event: &[u8], at: usize| u16::from_ne_bytes([event[at], event[at + 1]]);
        let keys = bytes.chunks(24).filter(|event| word(event, 16) == 1);
        let keys = keys.map(|event| {
            let sign = if word(event, 20) == 0 { '-' } else { '+' };
            format!("{sign}{}", word(event, 18))
        });
        keys.collect::<Vec<_>>().join(" ")
    }
}

struct Scene {
    typist: Typist,
    boards: Boards,
    play: Rc<RefCell<Play>>,
}

impl Scene {
    fn new() -> Self {
        let keymap = XkbKeyboard::from_names("us", "", "").unwrap().keymap().clone();
        let mut typist = Typist::new(Seat::new(keymap, String::new()));
        typist.current = Some(BOARD);
        let play = Rc::new(RefCell::new(Play::default()));
        typist.beyond = Beyond::Played(play.clone());
        Self { typist, boards: Boards::new(), play }
    }

    fn key(&mut self, code: u16, down: bool) {
        self.typist.key(&mut self.boards, BOARD, code, down);
    }

    fn tap(&mut self, code: u16) {
        self.key(code, true);
        self.key(code, false);
    }

    fn text(&mut self, text: &str) {
        self.typist.text(&mut self.boards, text.to_owned());
    }

    fn answer(&mut self, number: u64, answer: Answer) {
        self.play.borrow_mut().answers.push_back((number, answer));
        self.typist.hear(&mut self.boards);
        self.typist.proceed(&mut self.boards);
    }

    /// So much time goes by that a way out that says nothing is given up.
    fn wait(&mut self) {
        if let Some(away) = &mut self.typist.away {
            away.until = Instant::now();
        }
        self.typist.proceed(&mut self.boards);
    }

    fn out(&mut self) -> String {
        self.boards.out(BOARD)
    }

    fn results(&mut self) -> Vec<Result<(), Undelivered>> {
        self.typist.outcomes().into_iter().map(|outcome| outcome.result).collect()
    }
}

#[test]
fn what_comes_after_waits_until_the_text_is_out() {
    let mut scene = Scene::new();
    scene.tap(A);
    scene.text("λ");
    scene.tap(B);
    scene.typist.toggle_caps_lock(&mut scene.boards);
    scene.text("a");
    assert_eq!(scene.out(), "+30 -30");
    assert_eq!(scene.play.borrow().sent, [(1, "λ".to_owned())]);
    scene.answer(1, Answer::Alive);
    assert_eq!((scene.out(), scene.results()), (String::new(), vec![]));
    scene.answer(1, Answer::Typed);
    assert_eq!(scene.out(), "+48 -48 +58 -58 +42 +30 -30 -42", "with Caps Lock on");
    assert_eq!(scene.results(), [Ok(()), Ok(())]);
    assert!(!scene.typist.is_busy());
}

#[test]
fn two_texts_go_one_after_the_other() {
    let mut scene = Scene::new();
    scene.text("λ");
    scene.tap(A);
    scene.text("μ");
    scene.tap(B);
    assert_eq!(scene.play.borrow().sent.len(), 1);
    scene.answer(1, Answer::Typed);
    assert_eq!(scene.out(), "+30 -30");
    assert_eq!(scene.play.borrow().sent[1], (2, "μ".to_owned()));
    scene.answer(1, Answer::Typed);
    assert_eq!(scene.out(), "", "said twice of the first: that is not the second");
    scene.answer(2, Answer::Typed);
    assert_eq!(scene.out(), "+48 -48");
}

#[test]
fn one_that_says_nothing_is_given_up_and_its_late_answer_means_nothing() {
    for late in [Answer::Typed, Answer::Alive, Answer::Strokes(vec![(A, true), (A, false)])] {
        let mut scene = Scene::new();
        scene.text("λ");
        scene.tap(B);
        let until = scene.typist.deadline(Instant::now()).unwrap();
        assert!(until > Instant::now() && until <= Instant::now() + PATIENCE);
        scene.wait();
        assert_eq!(scene.out(), "+48 -48");
        assert_eq!(scene.results(), [Err(Undelivered::NoAnswer)]);
        assert!(scene.play.borrow().revoked);
        scene.answer(1, late.clone());
        assert_eq!((scene.out(), scene.results()), (String::new(), vec![]));
        // Nor while the next is on its way.
        scene.text("μ");
        scene.answer(1, late);
        assert_eq!((scene.out(), scene.results()), (String::new(), vec![]));
        scene.answer(2, Answer::Typed);
        assert_eq!(scene.results(), [Ok(())]);
    }
}

#[test]
fn one_that_is_at_work_is_waited_for() {
    let mut scene = Scene::new();
    scene.text("λ");
    scene.typist.away.as_mut().unwrap().until = Instant::now();
    scene.answer(1, Answer::Alive);
    assert_eq!(scene.results(), []);
    assert!(scene.typist.deadline(Instant::now()).unwrap() > Instant::now());
}

#[test]
fn one_that_is_going_out_gets_its_time_once_more() {
    let mut scene = Scene::new();
    scene.play.borrow_mut().too_late = true;
    scene.text("λ");
    scene.tap(B);
    scene.wait();
    assert_eq!((scene.out(), scene.results()), (String::new(), vec![]));
    scene.wait();
    assert_eq!(scene.out(), "+48 -48");
    assert_eq!(scene.results(), [Err(Undelivered::NoAnswer)]);
}

#[test]
fn strokes_are_struck_before_what_comes_after() {
    let mut scene = Scene::new();
    scene.key(SHIFT, true);
    scene.text("λ");
    scene.tap(B);
    assert_eq!(scene.out(), "+42 -42");
    scene.answer(1, Answer::Strokes(vec![(A, true), (A, false)]));
    assert_eq!(scene.out(), "+30 -30 +42 +48 -48");
    assert_eq!(scene.results(), [Ok(())]);
    // More than goes out at once.
    scene.text("μ");
    scene.tap(B);
    scene.answer(2, Answer::Strokes([(A, true), (A, false)].repeat(20)));
    assert!(scene.out().ends_with('0') && scene.typist.is_busy());
    while scene.typist.is_busy() {
        scene.typist.proceed(&mut scene.boards);
    }
    assert!(scene.out().ends_with("+42 +48 -48"), "Shift comes back, then what came after");
}

#[test]
fn held_modifiers_go_up_and_come_back() {
    let mut scene = Scene::new();
    scene.key(SHIFT, true);
    scene.typist.key(&mut scene.boards, OTHER, SHIFT, true);
    scene.text("λ");
    assert_eq!((scene.out().as_str(), scene.boards.out(OTHER).as_str()), ("+42 -42", "+42 -42"));
    let session = scene.typist.session(&mut scene.boards, BOARD);
    assert_eq!((session.base, session.held.len()), (1, 1), "as it will be behind the text");
    // The finger leaves meanwhile: behind the text too.
    scene.key(SHIFT, false);
    scene.answer(1, Answer::Refused(Undelivered::Refused));
    assert_eq!((scene.out().as_str(), scene.boards.out(OTHER).as_str()), ("+42 -42", "+42"));
    assert_eq!(scene.results(), [Err(Undelivered::Refused)]);
}

#[test]
fn a_shortcut_is_never_typed() {
    let mut scene = Scene::new();
    scene.key(CTRL, true);
    scene.text("λ");
    assert_eq!(scene.results(), [Err(Undelivered::ModifierHeld)]);
    assert!(scene.play.borrow().sent.is_empty());
}

#[test]
fn a_keyboard_that_goes_meanwhile_leaves_no_key_down() {
    let mut scene = Scene::new();
    scene.key(SHIFT, true);
    scene.key(A, true);
    scene.text("λ");
    scene.key(B, true);
    scene.typist.key(&mut scene.boards, OTHER, B, true);
    scene.typist.release(&mut scene.boards, BOARD);
    scene.typist.proceed(&mut scene.boards);
    assert_eq!(scene.out(), "+42 +30 -42 -30");
    assert_eq!(scene.results(), [Err(Undelivered::NoKeyboard)]);
    assert!(scene.play.borrow().revoked && !scene.typist.is_busy());
    assert_eq!(scene.boards.out(OTHER), "+48", "the other one types on");
    scene.answer(1, Answer::Strokes(vec![(A, true)]));
    assert_eq!((scene.out(), scene.results()), (String::new(), vec![]));
}

#[test]
fn another_keyboard_that_goes_meanwhile_changes_nothing_of_the_text() {
    let mut scene = Scene::new();
    scene.typist.key(&mut scene.boards, OTHER, SHIFT, true);
    scene.text("λ");
    scene.typist.release(&mut scene.boards, OTHER);
    assert_eq!(scene.results(), []);
    scene.answer(1, Answer::Typed);
    assert_eq!(scene.boards.out(OTHER), "+42 -42", "and it is not put down again");
    assert_eq!(scene.results(), [Ok(())]);
}

#[test]
fn without_a_way_out_the_text_is_refused_and_nothing_moves() {
    let mut scene = Scene::new();
    scene.typist.beyond = Beyond::Nothing;
    scene.key(SHIFT, true);
    scene.text("λ");
    scene.tap(CAPS);
    assert_eq!(scene.out(), "+42 +58 -58");
    assert_eq!(scene.results(), [Err(Undelivered::NotInKeymap)]);
    scene.typist.beyond = Beyond::Played(scene.play.clone());
    scene.play.borrow_mut().refuses = Some(Undelivered::Refused);
    scene.text("λ");
    assert_eq!((scene.out(), scene.results()), (String::new(), vec![Err(Undelivered::Refused)]));
}

#[test]
fn when_the_group_is_not_known_it_is_tried_too() {
    let mut scene = Scene::new();
    let keymap = XkbKeyboard::from_names("us,de", "", "").unwrap().keymap().clone();
    scene.typist.seat.adopt(keymap, &[]);
    scene.text("z");
    assert_eq!(scene.play.borrow().sent, [(1, "z".to_owned())]);
}

#[test]
fn a_mark_goes_down_behind_everything_and_up_when_it_was_seen() {
    let mut scene = Scene::new();
    scene.play.borrow_mut().marked = true;
    scene.key(SHIFT, true);
    scene.typist.key(&mut scene.boards, OTHER, A, true);
    scene.text("λ");
    scene.tap(B);
    // `ISO_Level3_Shift`, on both twins that were written to.
    assert_eq!(scene.out(), "+42 -42 +84");
    assert_eq!(scene.boards.out(OTHER), "+30 +84");
    let mark = scene.play.borrow().mark.clone();
    assert_eq!((mark.code, mark.nodes.len()), (84, 2));
    scene.answer(1, Answer::Seen);
    assert_eq!((scene.out(), scene.boards.out(OTHER)), ("-84".to_owned(), "-84".to_owned()));
    scene.answer(1, Answer::Typed);
    assert_eq!(scene.out(), "+42 +48 -48");
    // Since then only one was written to.
    scene.text("μ");
    assert_eq!((scene.out(), scene.boards.out(OTHER)), ("-42 +84".to_owned(), String::new()));
    assert_eq!(scene.play.borrow().mark.nodes.len(), 1);
}

#[test]
fn a_mark_that_nobody_sees_goes_up() {
    for refused in [true, false] {
        let mut scene = Scene::new();
        scene.play.borrow_mut().marked = true;
        scene.text("λ");
        assert_eq!(scene.out(), "+84");
        if refused {
            scene.answer(1, Answer::Refused(Undelivered::NotHeard));
        } else {
            scene.wait();
        }
        assert_eq!(scene.out(), "-84");
        scene.answer(1, Answer::Seen);
        assert_eq!((scene.out(), scene.typist.is_busy()), (String::new(), false));
    }
}

#[test]
fn a_keyboard_that_goes_takes_its_mark_along() {
    let mut scene = Scene::new();
    scene.play.borrow_mut().marked = true;
    scene.typist.key(&mut scene.boards, OTHER, A, true);
    scene.text("λ");
    scene.typist.release(&mut scene.boards, OTHER);
    assert_eq!(scene.boards.out(OTHER), "+30 +84 -30 -84");
    scene.answer(1, Answer::Seen);
    assert_eq!((scene.out(), scene.boards.out(OTHER)), ("+84 -84".to_owned(), String::new()));
}

#[test]
fn a_key_that_is_held_can_be_the_mark() {
    let mut scene = Scene::new();
    scene.play.borrow_mut().marked = true;
    scene.key(84, true);
    scene.text("λ");
    assert_eq!(scene.out(), "+84 -84 +84");
    scene.answer(1, Answer::Seen);
    scene.answer(1, Answer::Typed);
    assert_eq!(scene.out(), "-84 +84");
}

#[test]
fn another_session_ends_what_was_on_its_way() {
    let mut scene = Scene::new();
    scene.key(SHIFT, true);
    scene.text("λ");
    scene.tap(B);
    scene.typist.set_beyond(&mut scene.boards, Beyond::Nothing);
    scene.typist.proceed(&mut scene.boards);
    assert_eq!(scene.out(), "+42 -42 +42 +48 -48");
    assert_eq!(scene.results(), [Err(Undelivered::NoAnswer)]);
    assert!(scene.play.borrow().revoked);
}

/// Where nothing is ever typed beyond the keymap, nobody asks which twins were written to.
#[test]
fn what_was_written_to_is_remembered_once() {
    let mut scene = Scene::new();
    for _ in 0..1000 {
        for device in [BOARD, OTHER] {
            scene.typist.key(&mut scene.boards, device, A, true);
            scene.typist.key(&mut scene.boards, device, A, false);
        }
    }
    let mut devices = scene.typist.hand.take_unmarked();
    devices.sort_unstable();
    assert!(devices == [BOARD, OTHER, OTHER], "the others and the last one, not {}", devices.len());
    for number in 2..100 {
        // One is pulled, and comes again as another.
        let (_, kernel) = pipe_with(PipeFlags::NONBLOCK).unwrap();
        scene.boards.twins.retain(|&device, _| device == BOARD);
        scene.boards.twins.insert(DeviceId(number), Twin::played(kernel));
        for device in [BOARD, DeviceId(number)] {
            scene.typist.key(&mut scene.boards, device, A, true);
            scene.typist.key(&mut scene.boards, device, A, false);
        }
    }
    assert!(scene.typist.hand.take_unmarked().len() <= 4, "those that are gone are forgotten");
}
