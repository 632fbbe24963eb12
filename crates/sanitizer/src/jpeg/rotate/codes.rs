//! Huffman tables to write with (ITU-T T.81 C and K.2).

/// The code of each symbol.
pub(super) struct Codes {
    /// Numbers of codes of each length, and symbols: the payload of DHT less the destination.
    listed: Vec<u8>,
    /// By symbol the code, shifted left by the number of extra bits that follow it,
    /// above five bits that tell the length of both. Zero where there is no code.
    entries: [u32; 256],
}

impl Codes {
    /// Of a table as it is listed in DHT, that is known to be a right one.
    pub(super) fn from_listed(listed: &[u8]) -> Self {
        let mut entries = [0; 256];
        let mut code = 0u32;
        let (counts, symbols) = listed.split_at(16);
        let mut symbols = symbols.iter();
        for (length, &count) in (1..).zip(counts) {
            for &symbol in symbols.by_ref().take(count.into()) {
                // Symbols of progressive scans that have more extra bits take care of these themselves.
                let extra = u32::from(symbol & 15);
                entries[usize::from(symbol)] = code << extra << 5 | (length + extra);
                code += 1;
            }
            code <<= 1;
        }
        Self { listed: listed.to_vec(), entries }
    }

    /// The shortest codes for symbols that occur so often (K.2): none of more than 16
    /// bits, and none of ones alone.
    pub(super) fn optimal(frequencies: &[u32; 256]) -> Self {
        let mut lengths = lengths(frequencies);
        shorten(&mut lengths);
        let mut listed: Vec<u8> = lengths[1..=16].iter().map(|&count| count as u8).collect();
        // The more often, the shorter. Where two occur alike the smaller one is first.
        let mut symbols: Vec<u8> = (0..=255).filter(|&symbol| frequencies[usize::from(symbol)] > 0).collect();
        symbols.sort_by_key(|&symbol| std::cmp::Reverse(frequencies[usize::from(symbol)]));
        listed.extend(symbols);
        Self::from_listed(&listed)
    }

    /// The payload of DHT less the destination.
    pub(super) fn listed(&self) -> &[u8] {
        &self.listed
    }

    /// The bits to write for a symbol that `extra` follows (at most 26), and how many. None for a
    /// symbol without a code.
    #[inline(always)]
    pub(super) fn with_extra(&self, symbol: u8, extra: u32) -> (u32, u32) {
        let entry = self.entries[usize::from(symbol)];
        (entry >> 5 | extra, entry & 31)
    }
}

/// How many codes of each length Huffman's procedure makes (figures K.1 and K.2). A
/// symbol that never occurs is there, too, so that no real one gets the code of
/// ones alone, which the standard forbids.
fn lengths(frequencies: &[u32; 256]) -> [u32; 258] {
    // Trees by how often they occur, and the lengths of their codes in them.
    let mut trees: Vec<(u64, Vec<u32>)> = vec![(0, vec![0])];
    let occur = frequencies.iter().filter(|&&frequency| frequency > 0);
    trees.extend(occur.map(|&frequency| (u64::from(frequency), vec![0])));
    trees.sort_by_key(|tree| std::cmp::Reverse(tree.0));
    while let (Some(one), Some(two)) = (trees.pop(), trees.pop()) {
        let joined = one.1.into_iter().chain(two.1).map(|length| length + 1).collect();
        let frequency = one.0 + two.0;
        let at = trees.partition_point(|tree| tree.0 > frequency);
        trees.insert(at, (frequency, joined));
        if trees.len() == 1 {
            break;
        }
    }
    let mut lengths = [0; 258];
    for length in trees.into_iter().flat_map(|tree| tree.1) {
        lengths[length as usize] += 1;
    }
    lengths
}

/// Makes codes of more than 16 bits shorter, and takes out the longest, which is the
/// symbol's that never occurs (figure K.3).
fn shorten(lengths: &mut [u32; 258]) {
    for length in (17..lengths.len()).rev() {
        while lengths[length] > 0 {
            // Two codes that differ in their last bit go: one takes the place of their common
            // start, the other goes below a shorter code.
            let mut shorter = length - 2;
            while lengths[shorter] == 0 {
                shorter -= 1;
            }
            lengths[length] -= 2;
            lengths[length - 1] += 1;
            lengths[shorter + 1] += 2;
            lengths[shorter] -= 1;
        }
    }
    if let Some(longest) = lengths.iter().rposition(|&count| count > 0) {
        lengths[longest] -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is listed is a table that the reader takes, and says the same.
    fn check(frequencies: &[u32; 256]) -> Codes {
        let codes = Codes::optimal(frequencies);
        let total: usize = codes.listed[..16].iter().map(|&count| usize::from(count)).sum();
        assert_eq!(total, frequencies.iter().filter(|&&frequency| frequency > 0).count());
        assert_eq!(codes.listed.len(), 16 + total);
        let mut space = 0u32;
        for (length, &count) in (1..).zip(&codes.listed[..16]) {
            space += u32::from(count) << (16 - length);
        }
        assert!(space < 1 << 16, "the code of ones alone is free");
        codes
    }

    #[test]
    fn one_symbol_has_one_bit() {
        let mut frequencies = [0; 256];
        frequencies[5] = 1000;
        let codes = check(&frequencies);
        assert_eq!(codes.with_extra(5, 0b10110), (0b01_0110, 6));
        assert_eq!(codes.with_extra(6, 0), (0, 0));
    }

    #[test]
    fn what_occurs_more_often_is_shorter() {
        let mut frequencies = [0; 256];
        (frequencies[0x00], frequencies[0x10], frequencies[0x20], frequencies[0x30]) = (100, 50, 20, 10);
        let codes = check(&frequencies);
        let lengths = [0x00, 0x10, 0x20, 0x30].map(|symbol| codes.with_extra(symbol, 0).1);
        assert_eq!(lengths, [1, 2, 3, 4]);
    }

    #[test]
    fn no_code_is_longer_than_16_bits() {
        let mut frequencies = [0; 256];
        let (mut one, mut two) = (1, 1);
        for frequency in frequencies.iter_mut().take(45) {
            *frequency = one;
            (one, two) = (two, one + two);
        }
        check(&frequencies);
        check(&[1; 256]);
        check(&[u32::MAX; 256]);
        check(&[0; 256]);
    }
}
