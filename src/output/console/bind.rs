//! [`Bindings`]: a plan in the kernel's tables, and what was there before.

use rustix::io::{Errno, Result};

use super::{
    KEYS, Refusal, Strokes,
    plan::{Accent, HOLE, MARK, Plan},
};

/// The tables of a console, as the kernel has them.
pub(super) trait Console {
    /// Turns to the console that is in front now.
    fn open(&mut self) -> std::result::Result<(), Refusal>;

    /// Whether it shows text, and takes characters for keys.
    fn check(&self) -> std::result::Result<(), Refusal>;

    /// What a key does in one table of the keymap; key 0 tells whether there is such a table.
    fn entry(&self, table: u8, key: u8) -> Result<u16>;

    fn set_entry(&mut self, table: u8, key: u8, entry: u16) -> Result<()>;

    fn accents(&self) -> Result<Vec<Accent>>;

    fn set_accents(&mut self, accents: &[Accent]) -> Result<()>;
}

/// The table of keys without modifiers. It is always there.
const PLAIN: u8 = 0;

/// What key 0 has in a table that is not there (`K_NOSUCHMAP`).
pub(super) const NO_TABLE: u16 = 0x027f;

/// What the kernel's own keymap has where it has nothing: the character U+0000.
const NOTHING: u16 = 0xf000;

/// So many accents the kernel takes (`MAX_DIACR`, less one).
const ROOM: usize = 255;

/// Keys that are bound. Dropped, they are what they were.
pub(super) struct Bindings<C: Console> {
    console: C,
    /// What each key had in each table where it was bound; empty while nothing is.
    before: Vec<(u8, [u16; KEYS.len()])>,
}

impl<C: Console> Bindings<C> {
    pub(super) fn new(console: C) -> Self {
        Self { console, before: Vec::new() }
    }

    /// Binds keys to these characters, in the place of those before; the keys that type each.
    ///
    /// The tables of all modifiers and locks get the same, so that whatever is held or locked changes
    /// nothing.
    pub(super) fn bind(
        &mut self,
        characters: &[char],
    ) -> std::result::Result<Vec<Strokes>, Refusal> {
        if characters.is_empty() {
            self.restore();
            return Ok(Vec::new());
        }
        let plan = Plan::new(characters);
        let done = self.console.open().and_then(|()| self.console.check());
        match done.and_then(|()| self.apply(&plan)) {
            Ok(()) => Ok(plan.strokes),
            Err(refusal) => {
                self.restore();
                Err(refusal)
            }
        }
    }

    fn apply(&mut self, plan: &Plan) -> std::result::Result<(), Refusal> {
        let mut accents = self.console.accents().map_err(refusal)?;
        let found = accents.clone();
        accents.retain(|accent| !accent.is_ours());
        if accents.len() + plan.accents.len() > ROOM {
            return Err(Refusal::Full);
        }
        accents.extend(&plan.accents);
        let tables = self.tables().map_err(refusal)?;
        self.remember(&tables)?;
        // The mark is the first that comes and the last that goes.
        for (&key, &entry) in KEYS.iter().zip(&plan.entries).rev() {
            for &table in &tables {
                self.set(table, key, entry).map_err(refusal)?;
            }
        }
        if accents != found {
            self.console.set_accents(&accents).map_err(refusal)?;
        }
        Ok(())
    }

    /// The tables that are there.
    fn tables(&self) -> Result<Vec<u8>> {
        let mut tables = Vec::new();
        for table in 0..=u8::MAX {
            if self.console.entry(table, 0)? != NO_TABLE {
                tables.push(table);
            }
        }
        Ok(tables)
    }

    /// Takes down what the keys have in tables where they were not bound yet.
    fn remember(&mut self, tables: &[u8]) -> std::result::Result<(), Refusal> {
        let console = &self.console;
        let entry = |table, key| console.entry(table, key).map_err(refusal);
        // A process that was killed has left it there. What was there before is what other keys have
        // that nobody uses.
        let left = self.before.is_empty() && entry(PLAIN, KEYS[KEYS.len() - 1])? == MARK;
        let is_free = |entry| entry == HOLE || entry == NOTHING;
        let mut found = Vec::new();
        for &table in tables {
            if self.before.iter().any(|(known, _)| *known == table) {
                continue;
            }
            let mut entries = [HOLE; KEYS.len()];
            for (before, &key) in entries.iter_mut().zip(&KEYS) {
                *before = entry(table, if left { u8::MAX } else { key })?;
            }
            match (left, entries.iter().all(|&entry| is_free(entry))) {
                (_, true) => found.push((table, entries)),
                (true, false) => found.push((table, [HOLE; KEYS.len()])),
                (false, false) => return Err(Refusal::Taken),
            }
        }
        self.before.append(&mut found);
        Ok(())
    }

    fn set(&mut self, table: u8, key: u8, entry: u16) -> Result<()> {
        if self.console.entry(table, key)? == entry {
            return Ok(());
        }
        self.console.set_entry(table, key, entry)
    }

    /// Puts back what was there.
    pub(super) fn restore(&mut self) {
        // A terminal that was hung up says nothing any more; the one in front does.
        if self.try_restore().is_err() && self.console.open().is_ok() {
            let _ = self.try_restore();
        }
        self.before.clear();
    }

    fn try_restore(&mut self) -> Result<()> {
        if self.before.is_empty() {
            return Ok(());
        }
        let mut accents = self.console.accents()?;
        let found = accents.len();
        accents.retain(|accent| !accent.is_ours());
        if accents.len() < found {
            self.console.set_accents(&accents)?;
        }
        for i in 0..KEYS.len() {
            for at in (0..self.before.len()).rev() {
                let (table, entries) = self.before[at];
                // To set an entry would make the table.
                if self.console.entry(table, 0)? == NO_TABLE {
                    continue;
                }
                match self.console.set_entry(table, KEYS[i], entries[i]) {
                    // Outside Unicode mode there are no characters, but this is nothing too.
                    Err(Errno::INVAL) => self.console.set_entry(table, KEYS[i], HOLE)?,
                    done => done?,
                }
            }
        }
        Ok(())
    }
}

impl<C: Console> Drop for Bindings<C> {
    fn drop(&mut self) {
        self.restore();
    }
}

fn refusal(error: Errno) -> Refusal {
    match error {
        Errno::PERM | Errno::ACCESS => Refusal::Rights,
        _ => Refusal::Closed,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

    use super::{
        super::{MOST, plan::typed},
        *,
    };

    /// What the kernel has, and how it is.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(in super::super) struct Tables {
        tables: BTreeMap<u8, Vec<u16>>,
        accents: Vec<Accent>,
        refusal: Option<Refusal>,
        unicode: bool,
        may: bool,
        hung_up: bool,
    }

    impl Tables {
        fn new() -> Self {
            let table = |n: u8| (n, vec![if n == 0 { NOTHING } else { HOLE }; 256]);
            let accent = |n| Accent { diacritic: 0x60, base: n, result: 0xe0 };
            Self {
                tables: [0, 1, 2, 4, 64].map(table).into(),
                accents: (0..68).map(accent).collect(),
                refusal: None,
                unicode: true,
                may: true,
                hung_up: false,
            }
        }

        fn types(&self, table: u8, keys: &[u8]) -> String {
            typed(|key| self.tables[&table][usize::from(key)], &self.accents, keys)
        }
    }

    /// A console that the test sees too.
    #[derive(Clone, Debug)]
    pub(in super::super) struct Fake(pub(in super::super) Rc<RefCell<Tables>>);

    impl Fake {
        pub(in super::super) fn new() -> Self {
            Self(Rc::new(RefCell::new(Tables::new())))
        }

        fn listens(&self) -> Result<()> {
            if self.0.borrow().hung_up { Err(Errno::IO) } else { Ok(()) }
        }
    }

    impl Console for Fake {
        fn open(&mut self) -> std::result::Result<(), Refusal> {
            self.0.borrow_mut().hung_up = false;
            Ok(())
        }

        fn check(&self) -> std::result::Result<(), Refusal> {
            self.0.borrow().refusal.map_or(Ok(()), Err)
        }

        fn entry(&self, table: u8, key: u8) -> Result<u16> {
            self.listens()?;
            let tables = self.0.borrow();
            let found = tables.tables.get(&table).map(|table| table[usize::from(key)]);
            let entry = found.unwrap_or(if key == 0 { NO_TABLE } else { HOLE });
            Ok(if tables.unicode || entry < 0xf00 { entry } else { HOLE })
        }

        fn set_entry(&mut self, table: u8, key: u8, entry: u16) -> Result<()> {
            self.listens()?;
            let mut tables = self.0.borrow_mut();
            if !tables.may {
                return Err(Errno::PERM);
            }
            if !tables.unicode && entry >= 0xf00 {
                return Err(Errno::INVAL);
            }
            let table = tables.tables.entry(table).or_insert_with(|| vec![HOLE; 256]);
            table[usize::from(key)] = entry;
            Ok(())
        }

        fn accents(&self) -> Result<Vec<Accent>> {
            self.listens().map(|()| self.0.borrow().accents.clone())
        }

        fn set_accents(&mut self, accents: &[Accent]) -> Result<()> {
            self.listens()?;
            assert!(accents.len() <= ROOM);
            self.0.borrow_mut().accents = accents.to_vec();
            Ok(())
        }
    }

    fn many(n: usize) -> Vec<char> {
        ('\u{1f300}'..).take(n).collect()
    }

    #[test]
    fn bound_in_all_tables_and_put_back() {
        let fake = Fake::new();
        let before = fake.0.borrow().clone();
        let mut bindings = Bindings::new(fake.clone());
        for characters in [&['λ', '€'][..], &['😀', 'é'], &many(MOST), &['a']] {
            let strokes = bindings.bind(characters).unwrap();
            for (c, keys) in characters.iter().zip(&strokes) {
                for table in [0, 1, 2, 4, 64] {
                    assert_eq!(fake.0.borrow().types(table, keys), c.to_string());
                }
            }
        }
        assert_ne!(*fake.0.borrow(), before);
        assert_eq!(bindings.bind(&[]), Ok(vec![]));
        assert_eq!(*fake.0.borrow(), before);
        bindings.bind(&['😀']).unwrap();
        drop(bindings);
        assert_eq!(*fake.0.borrow(), before);
    }

    #[test]
    fn a_refusal_leaves_nothing_bound() {
        let fake = Fake::new();
        let before = fake.0.borrow().clone();
        let mut bindings = Bindings::new(fake.clone());
        for refusal in [Refusal::Graphics, Refusal::Mode] {
            bindings.bind(&['😀']).unwrap();
            fake.0.borrow_mut().refusal = Some(refusal);
            assert_eq!(bindings.bind(&['λ']), Err(refusal));
            fake.0.borrow_mut().refusal = None;
            assert_eq!(*fake.0.borrow(), before);
        }
        fake.0.borrow_mut().may = false;
        assert_eq!(bindings.bind(&['λ']), Err(Refusal::Rights));
        fake.0.borrow_mut().may = true;
        assert_eq!(*fake.0.borrow(), before);
        fake.0.borrow_mut().accents.resize(255, Accent::default());
        assert_eq!(bindings.bind(&['😀']), Err(Refusal::Full));
        assert!(bindings.bind(&['λ']).is_ok(), "that takes no accent");
    }

    #[test]
    fn keys_that_others_use_are_left_to_them() {
        let fake = Fake::new();
        fake.0.borrow_mut().tables.get_mut(&4).unwrap()[251] = 0x0161;
        let before = fake.0.borrow().clone();
        assert_eq!(Bindings::new(fake.clone()).bind(&['λ']), Err(Refusal::Taken));
        assert_eq!(*fake.0.borrow(), before);
    }

    #[test]
    fn what_a_killed_one_left_is_taken_away() {
        for characters in [&['λ'][..], &many(50)] {
            let fake = Fake::new();
            let before = fake.0.borrow().clone();
            let mut killed = Bindings::new(fake.clone());
            killed.bind(characters).unwrap();
            std::mem::forget(killed);
            let mut next = Bindings::new(fake.clone());
            let strokes = next.bind(&['é']).unwrap();
            assert_eq!(fake.0.borrow().types(1, &strokes[0]), "é");
            drop(next);
            assert_eq!(*fake.0.borrow(), before);
        }
    }

    #[test]
    fn it_is_put_back_whatever_the_console_is_by_then() {
        let fake = Fake::new();
        let mut bindings = Bindings::new(fake.clone());
        let before = fake.0.borrow().clone();
        bindings.bind(&['λ']).unwrap();
        fake.0.borrow_mut().hung_up = true;
        bindings.restore();
        assert_eq!(*fake.0.borrow(), before);

        // A table that is gone is not made anew, and one that came is not touched.
        bindings.bind(&['λ']).unwrap();
        fake.0.borrow_mut().tables.remove(&64);
        fake.0.borrow_mut().tables.insert(8, vec![HOLE; 256]);
        let strokes = bindings.bind(&['😀']).unwrap();
        assert_eq!(fake.0.borrow().types(8, &strokes[0]), "😀");
        bindings.restore();
        let tables: Vec<u8> = fake.0.borrow().tables.keys().copied().collect();
        assert_eq!(tables, [0, 1, 2, 4, 8]);
        assert!(fake.0.borrow().tables[&8].iter().all(|&entry| entry == HOLE));

        // Outside Unicode mode the keys do nothing, which is as good.
        bindings.bind(&['λ']).unwrap();
        fake.0.borrow_mut().unicode = false;
        bindings.restore();
        assert!(fake.0.borrow().tables[&0][249..255].iter().all(|&entry| entry == HOLE));
        assert_eq!(fake.0.borrow().accents, before.accents);
    }
}
