//! What becomes of the symbols of a scan: they are counted, or written.

use std::marker::PhantomData;

use super::{
    bit_writer::{BitWriter, BlockWriter},
    codes::Codes,
};
use crate::Cancellation;

/// What becomes of the symbols of a scan.
pub(super) trait Symbols {
    /// A table, ready to be used.
    type Table: Copy;
    /// The table of a class and number.
    fn table(&self, class: usize, number: usize) -> Self::Table;
    /// Takes the symbols of a block, at most 64 and some bits.
    fn block(&mut self, give: impl FnOnce(&mut Self::Take<'_>));
    /// What takes the symbols of a block.
    type Take<'t>: Take<Table = Self::Table>;
    /// Whether nothing more is wanted.
    fn is_enough(&self) -> bool;
}

/// Takes the symbols of a block.
pub(super) trait Take {
    /// As that of [`Symbols`].
    type Table: Copy;
    /// Takes a symbol of a table, and the extra bits behind it that are part of its number.
    fn symbol(&mut self, table: Self::Table, symbol: u8, extra: u32);
    /// Takes more bits behind a symbol.
    fn bits(&mut self, bits: u32, width: u32);
}

/// How often each symbol occurs, by class and table.
pub(super) type Counts = [[u32; 256]; 8];

/// Counts how often each symbol occurs.
pub(super) struct Count<'c> {
    counts: Box<Counts>,
    cancellation: &'c Cancellation,
}

impl<'c> Count<'c> {
    pub(super) fn new(cancellation: &'c Cancellation) -> Self {
        Self { counts: Box::new([[0; 256]; 8]), cancellation }
    }

    /// How often each symbol of a table occurred.
    pub(super) fn of(&self, class: usize, number: usize) -> &[u32; 256] {
        &self.counts[self.table(class, number)]
    }
}

impl Symbols for Count<'_> {
    type Table = usize;
    type Take<'t> = CountBlock<'t>;

    fn table(&self, class: usize, number: usize) -> usize {
        (4 * class + number) % 8
    }

    #[inline(always)]
    fn block(&mut self, give: impl FnOnce(&mut CountBlock<'_>)) {
        give(&mut CountBlock(&mut self.counts));
    }

    fn is_enough(&self) -> bool {
        self.cancellation.is_cancelled()
    }
}

/// Counts the symbols of a block.
pub(super) struct CountBlock<'t>(&'t mut Counts);

impl Take for CountBlock<'_> {
    type Table = usize;

    #[inline(always)]
    fn symbol(&mut self, table: usize, symbol: u8, _: u32) {
        self.0[table % 8][usize::from(symbol)] += 1;
    }

    fn bits(&mut self, _: u32, _: u32) {}
}

/// Writes the symbols.
pub(super) struct Write<'c> {
    bits: BitWriter,
    /// By class and table.
    codes: [[&'c Codes; 4]; 2],
    cancellation: &'c Cancellation,
    has_all_codes: bool,
}

impl<'c> Write<'c> {
    pub(super) fn new(bits: BitWriter, codes: [[&'c Codes; 4]; 2], cancellation: &'c Cancellation) -> Self {
        Self { bits, codes, cancellation, has_all_codes: true }
    }

    /// What was written; `None` when a symbol had no code.
    pub(super) fn finish(self) -> Option<BitWriter> {
        self.has_all_codes.then_some(self.bits)
    }
}

impl<'c> Symbols for Write<'c> {
    type Table = &'c Codes;
    type Take<'t> = WriteBlock<'t, 'c>;

    fn table(&self, class: usize, number: usize) -> &'c Codes {
        self.codes[class][number]
    }

    #[inline(always)]
    fn block(&mut self, give: impl FnOnce(&mut WriteBlock<'_, 'c>)) {
        let mut block =
            WriteBlock { bits: self.bits.begin(), has_all_codes: self.has_all_codes, codes: PhantomData };
        give(&mut block);
        let (place, has_all_codes) = (block.bits.place(), block.has_all_codes);
        self.bits.end(place);
        self.has_all_codes = has_all_codes;
    }

    fn is_enough(&self) -> bool {
        !self.has_all_codes || self.bits.is_full() || self.cancellation.is_cancelled()
    }
}

/// Writes the symbols of a block.
pub(super) struct WriteBlock<'t, 'c> {
    bits: BlockWriter<'t>,
    has_all_codes: bool,
    codes: PhantomData<&'c Codes>,
}

impl<'c> Take for WriteBlock<'_, 'c> {
    type Table = &'c Codes;

    #[inline(always)]
    fn symbol(&mut self, table: &'c Codes, symbol: u8, extra: u32) {
        let (bits, width) = table.with_extra(symbol, extra);
        self.has_all_codes &= width != 0;
        self.bits.put(bits, width);
    }

    #[inline(always)]
    fn bits(&mut self, bits: u32, width: u32) {
        self.bits.put(bits, width);
    }
}
