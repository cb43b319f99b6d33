//! [`Typing`]: the thread.

use std::{
    collections::VecDeque,
    os::fd::AsFd,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, poll};
use x11rb::protocol::Event;

use super::{Answer, Mark, Order, Said, State};
use crate::{
    daemon::time_to_poll,
    keycode::Keycode,
    output::{
        Leave, Undelivered,
        x11::{Item, OutputError, X11Output},
    },
    session::news::{News, Teller},
    x11::{Display, DisplayError, Role, device_node, keys_down, select_device_events},
};

/// Between two looks whether a mark has arrived. As a rule that takes as long as one look.
const LOOK: Duration = Duration::from_micros(200);

/// How often a text that takes its time says that it is still going out.
const SIGN: Duration = Duration::from_millis(250);

/// Types what it is told to.
pub(super) struct Typing {
    name: String,
    orders: News<Order>,
    said: Teller<Said>,
    pool: Option<Pool>,
    /// What was said last of the state.
    told: State,
}

/// A connection and the pool on its server.
struct Pool {
    display: Display,
    output: X11Output,
    /// The keyboards that the server reads, by their nodes.
    keyboards: Vec<(PathBuf, u16)>,
}

impl Typing {
    pub(super) fn new(name: String, orders: News<Order>, said: Teller<Said>) -> Self {
        Self { name, orders, said, pool: None, told: State::Opening }
    }

    /// Until nobody gives orders any more.
    pub(super) fn run(mut self) {
        self.open();
        loop {
            while let Some(order) = self.orders.take() {
                let number = order.number;
                let answer = self.carry_out(order);
                self.said.tell(Said::Answer(number, answer));
            }
            if self.orders.is_over() {
                break;
            }
            let kept = self.pool.as_mut().map(Pool::settle);
            if let Some(Err(error)) = kept {
                self.lose(&error);
            }
            self.tell_state();
            self.wait();
        }
        if let Some(pool) = self.pool {
            let _ = pool.output.close(Instant::now());
        }
    }

    fn open(&mut self) {
        match Pool::open(&self.name) {
            Ok(pool) => {
                self.pool = Some(pool);
                self.tell_state();
            }
            Err(error) => self.tell(State::Closed(error.to_string())),
        }
    }

    fn lose(&mut self, error: &DisplayError) {
        self.pool = None;
        self.tell(State::Closed(error.to_string()));
    }

    fn tell_state(&mut self) {
        if let Some(pool) = &self.pool {
            let nodes = pool.keyboards.iter().map(|(node, _)| node.clone()).collect();
            self.tell(State::Open { places: pool.output.capacity(), nodes });
        }
    }

    fn tell(&mut self, state: State) {
        if self.told != state {
            self.told = state.clone();
            self.said.tell(Said::State(state));
        }
    }

    fn carry_out(&mut self, order: Order) -> Answer {
        if self.pool.is_none() {
            self.open();
        }
        let Self { pool: Some(pool), said, .. } = self else {
            let State::Closed(why) = &self.told else {
                return Answer::Refused(Undelivered::NoAnswer);
            };
            return Answer::Refused(Undelivered::Display(why.clone()));
        };
        let number = order.number;
        let mut say = |answer| {
            said.tell(Said::Answer(number, answer));
        };
        match pool.carry_out(order, &mut say) {
            Ok(Ok(())) => Answer::Typed,
            Ok(Err(why)) => Answer::Refused(why),
            Err(error) => {
                self.lose(&error);
                Answer::Refused(Undelivered::Display(error.to_string()))
            }
        }
    }

    /// Until there is an order, or the server or the pool has something to do.
    fn wait(&self) {
        let reading = |fd| PollFd::from_borrowed_fd(fd, PollFlags::IN);
        let mut fds = vec![reading(self.orders.as_fd())];
        fds.extend(self.pool.as_ref().map(|pool| reading(pool.display.conn.as_fd())));
        let deadline = self.pool.as_ref().and_then(|pool| pool.output.deadline());
        let timeout = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        // Interrupted or not: the loop looks again.
        let _ = poll(&mut fds, timeout.map(time_to_poll).as_ref());
    }
}

impl Pool {
    fn open(name: &str) -> Result<Self, OutputError> {
        let display = Display::open(Some(name))?;
        select_device_events(&display)?;
        let output = X11Output::new(&display, Instant::now())?;
        let mut pool = Self { display, output, keyboards: Vec::new() };
        pool.look()?;
        pool.settle()?;
        Ok(pool)
    }

    /// Which keyboards the server reads.
    fn look(&mut self) -> Result<(), DisplayError> {
        self.keyboards.clear();
        for device in self.display.keyboards()? {
            if device.role == Role::Slave
                && let Some(node) = device_node(&self.display, device.id)?
            {
                self.keyboards.push((node, device.id));
            }
        }
        Ok(())
    }

    /// Takes in what the server said, and does what is due; whether there may be more. Waiting for an answer may
    /// read events that no descriptor will tell of again, so it is to be called until there is not.
    fn keep(&mut self) -> Result<bool, DisplayError> {
        let mut events = VecDeque::new();
        self.display.drain(&mut events)?;
        let devices = events.iter().any(|(event, _)| matches!(event, Event::XinputHierarchy(_)));
        for (event, _) in &events {
            let _ = self.output.on_event(event);
        }
        if devices {
            self.look()?;
        }
        let now = Instant::now();
        let due = self.output.deadline().is_some_and(|at| at <= now);
        if due {
            self.output.flush(now)?;
        }
        Ok(due || !events.is_empty())
    }

    /// The same until there is nothing more to do.
    fn settle(&mut self) -> Result<(), DisplayError> {
        while self.keep()? {}
        Ok(())
    }

    /// Types a text once the server has seen what was struck before it. `say` tells how it goes.
    fn carry_out(
        &mut self,
        order: Order,
        say: &mut impl FnMut(Answer),
    ) -> Result<Result<(), Undelivered>, DisplayError> {
        let Order { text, mark, leave, .. } = order;
        self.settle()?;
        let Some(devices) = self.devices(&mark.nodes) else {
            return Ok(Err(Undelivered::NotHeard));
        };
        if !self.see(&devices, &mark, true, &leave)? {
            return Ok(Err(Undelivered::NoAnswer));
        }
        say(Answer::Seen);
        if !self.see(&devices, &mark, false, &leave)? {
            return Ok(Err(Undelivered::NoAnswer));
        }
        self.output.set_leave(leave);
        let _ = self.output.push(Item::Text(text));
        let mut sign = Instant::now() + SIGN;
        loop {
            let more = self.keep()?;
            if let Some((_, outcome)) = self.output.take_outcome() {
                // What is struck now comes after it.
                self.display.sync()?;
                return Ok(outcome);
            }
            let now = Instant::now();
            if sign <= now {
                self.display.sync()?;
                say(Answer::Alive);
                sign = now + SIGN;
            }
            if !more {
                let until = self.output.deadline().map_or(sign, |at| at.min(sign));
                let mut fds = [PollFd::new(&*self.display.conn, PollFlags::IN)];
                let timeout = time_to_poll(until.saturating_duration_since(now));
                let _ = poll(&mut fds, Some(&timeout));
            }
        }
    }

    /// The devices with these nodes; `None` when the server does not read one of them.
    fn devices(&self, nodes: &[PathBuf]) -> Option<Vec<u16>> {
        let device = |node: &Path| self.keyboards.iter().find(|(known, _)| known == node);
        nodes.iter().map(|node| device(node).map(|&(_, device)| device)).collect()
    }

    /// Waits until the mark is down on all of these, or up; `false` when nobody waits for the text any more.
    fn see(
        &self,
        devices: &[u16],
        mark: &Mark,
        down: bool,
        leave: &Leave,
    ) -> Result<bool, DisplayError> {
        let code = Keycode::from_evdev(mark.code).to_x11().unwrap_or(0);
        let mut missing = devices.to_vec();
        while !leave.is_revoked() {
            let mut still = Vec::new();
            for device in missing {
                if keys_down(&self.display, &[device])?.contains(&code) != down {
                    still.push(device);
                }
            }
            if still.is_empty() {
                return Ok(true);
            }
            missing = still;
            thread::sleep(LOOK);
        }
        Ok(false)
    }
}
