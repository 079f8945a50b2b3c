//! Texts on their way to a terminal: what the host prints as it gets it may not drive the terminal.
//!
//! Names, e-mails and messages come from the service and from whoever has access to it. A control
//! sequence in one of them could clear the screen, forge lines of a plan or of a log, or turn the
//! reading direction. Must not know where a text comes from; every text takes this way.

/// The text with control and direction-changing characters written out, as in `\u{1b}`. Line breaks
/// and tabulators stay.
#[must_use]
pub(super) fn text(text: String) -> String {
    escaped(text, |character| matches!(character, '\n' | '\t'))
}

/// As [`text`], on one line: what stands alone on a line of a log can be taken for another one.
#[must_use]
pub(super) fn line(text: String) -> String {
    escaped(text, |_| false)
}

fn escaped(text: String, keep: impl Fn(char) -> bool) -> String {
    let is_bad = |character: char| is_harmful(character) && !keep(character);
    // Nearly always.
    if !text.contains(is_bad) {
        return text;
    }
    let mut visible = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        // The line break of Windows is a line break.
        if character == '\r' && keep('\n') && rest.peek() == Some(&'\n') {
            continue;
        }
        if is_bad(character) {
            visible.extend(character.escape_unicode());
        } else {
            visible.push(character);
        }
    }
    visible
}

/// Control characters of ASCII and Latin-1, line and paragraph separators, and what turns the reading
/// direction. Joiners of emoji and of scripts that need them are left alone.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_that_drive_a_terminal_are_written_out() {
        for (given, shown) in [
            ("\u{1b}[2J\u{1b}[1;31mred", r"\u{1b}[2J\u{1b}[1;31mred"),
            // A link with another target, and the title of the window.
            (
                "\u{1b}]8;;http://evil\u{7}ok",
                r"\u{1b}]8;;http://evil\u{7}ok",
            ),
            // The same in Latin-1.
            ("\u{9b}2J", r"\u{9b}2J"),
            ("forged\rtext", r"forged\u{d}text"),
            ("a\u{202e}b\u{2066}", r"a\u{202e}b\u{2066}"),
        ] {
            assert_eq!(text(given.to_owned()), shown);
            assert_eq!(line(given.to_owned()), shown);
        }
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        let ordinary = "Größe 👩\u{200d}💻\n\n\tindented, \"quoted\" \\ ${x}";
        assert_eq!(text(ordinary.to_owned()), ordinary);
        assert_eq!(text("one\r\ntwo".to_owned()), "one\ntwo");
        assert_eq!(line("one\ntwo\t3".to_owned()), r"one\u{a}two\u{9}3");
    }
}
