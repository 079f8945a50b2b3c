//! Choices out of an input: numbers, parts with a length before them, the rest. What is missing at the
//! end is zero and empty, so that every input means something.

/// A place in an input.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    /// At the beginning of `data`.
    #[must_use]
    pub fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// The next two bytes, the higher one first.
    pub fn number(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// One of `items`, by the next byte.
    pub fn choice<'b, T>(&mut self, items: &'b [T]) -> Option<&'b T> {
        let place = usize::from(self.byte());
        (!items.is_empty()).then(|| &items[place % items.len()])
    }

    /// As many bytes as the next two say, or as there are.
    pub fn part(&mut self) -> &'a [u8] {
        let length = usize::from(self.number()).min(self.0.len());
        let (part, rest) = self.0.split_at(length);
        self.0 = rest;
        part
    }

    /// All that is left.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}
