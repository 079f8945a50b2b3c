//! Mutations of inputs, the same ones in every run: what fuzzers do first, without looking at what an
//! input reaches. Must not know what inputs mean.

use fastrand::Rng;

/// Numbers at which lengths and counts go wrong, and the first bytes of msgpack's longer forms.
const INTERESTING: [u8; 20] = [
    0, 1, 0x0f, 0x10, 0x1f, 0x20, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc7, 0xc9, 0xd9,
    0xdd, 0xdf, 0xff,
];

/// What grammars here have in them.
const WORDS: [&[u8]; 20] = [
    b"/",
    b"..",
    b"://",
    b"@",
    b"%2f",
    b",",
    b"\r\n",
    b"\x1b[2J",
    b"\"",
    b"\\u0000",
    b"null",
    b"{}",
    b"[]",
    b"1e999999999",
    b"-0",
    b"18446744073709551616",
    "\u{202e}".as_bytes(),
    b"\xff\xfe",
    b"\x92\xc4\x09\"dynamic\"",
    b"\xdd\x7f\xff\xff\xff",
];

/// Makes inputs out of inputs.
pub(crate) struct Mutator {
    random: Rng,
    longest: usize,
}

impl Mutator {
    /// Everything depends on `name` alone.
    pub(crate) fn new(name: &str, longest: usize) -> Self {
        let seed = name.bytes().fold(0, |seed: u64, byte| {
            seed.wrapping_mul(31).wrapping_add(byte.into())
        });
        Self {
            random: Rng::with_seed(seed),
            longest,
        }
    }

    /// The next input, made of one of `inputs`.
    pub(crate) fn next(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let mut input = self.random.choice(inputs).cloned().unwrap_or_default();
        for _ in 0..self.random.usize(1..=8) {
            self.change(&mut input, inputs);
        }
        input.truncate(self.longest);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        let random = &mut self.random;
        let place = random.usize(0..=input.len());
        let end = random.usize(place..=input.len()).min(place + 64);
        match random.u8(0..9) {
            0 if place < input.len() => input[place] ^= 1 << random.u8(0..8),
            1 if place < input.len() => input[place] = random.u8(..),
            2 if place < input.len() => {
                input[place] = INTERESTING[random.usize(..INTERESTING.len())];
            }
            3 if place < input.len() => {
                let step = random.u8(1..=8);
                input[place] = input[place].wrapping_add(step);
            }
            4 => drop(input.drain(place..end)),
            5 => drop(input.splice(place..place, WORDS[random.usize(..WORDS.len())].to_vec())),
            6 => {
                let copy = input[place..end].repeat(random.usize(1..=16));
                drop(input.splice(place..place, copy));
            }
            7 => input.truncate(place),
            _ => {
                // The end of another input behind the beginning of this one.
                if let Some(other) = random.choice(inputs) {
                    let from = random.usize(0..=other.len());
                    input.truncate(place);
                    input.extend(&other[from..]);
                }
            }
        }
    }
}
