//! No command: exports that take and give strings and bytes, to be called from JavaScript.

millrace_guest::heap!();

millrace_guest::export! {
    fn upper(text: &str) -> String {
        text.to_uppercase()
    }

    fn reverse(data: &[u8]) -> Vec<u8> {
        data.iter().rev().copied().collect()
    }

    fn count(data: &[u8], byte: u32) -> u32 {
        data.iter().filter(|each| u32::from(**each) == byte).count() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{count, reverse, upper};

    #[test]
    fn the_logic_can_be_tested_natively() {
        assert_eq!(upper("grüße"), "GRÜSSE");
        assert_eq!(reverse(&[1, 2, 3]), [3, 2, 1]);
        assert_eq!(count(b"to be or not to be", 0x20), 5);
    }
}
