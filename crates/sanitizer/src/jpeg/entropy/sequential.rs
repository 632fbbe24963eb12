//! Skips through the scans of sequential and lossless pictures (ITU-T T.81 F.2
//! and H.2). No coefficient's value is needed to know how long its code is, so
//! none is computed; where they are wanted, [`values`](super::values) reads them.

use super::{
    bits::{Bits, Fault},
    huffman::Table,
};

/// How a block of an MCU is coded.
#[derive(Clone, Copy)]
pub(super) struct Block<'t> {
    pub dc: &'t Table,
    pub ac: &'t Table,
}

impl Block<'_> {
    /// Whether their codes are the same.
    pub(super) fn is_coded_like(&self, other: &Self) -> bool {
        std::ptr::eq(self.dc, other.dc) && std::ptr::eq(self.ac, other.ac)
    }
}

/// Skips `mcus` MCUs of blocks.
pub(super) fn skip_blocks(bits: &mut Bits<'_>, mcus: u64, blocks: &[Block<'_>]) -> Result<(), Fault> {
    let mut at = *bits;
    let result = (0..mcus).try_for_each(|_| blocks.iter().try_for_each(|block| skip_block(&mut at, block)));
    *bits = at;
    result
}

#[inline(always)]
fn skip_block(bits: &mut Bits<'_>, block: &Block<'_>) -> Result<(), Fault> {
    let mut k = 0;
    while k < 64 {
        bits.ensure(32)?;
        k = skip_code(bits, block, k)?;
    }
    Ok(())
}

/// Skips the code of coefficient `k`, and says which one comes next; 64 when
/// the block is over. At least 32 bits must be loaded.
#[inline(always)]
pub(super) fn skip_code(bits: &mut Bits<'_>, block: &Block<'_>, k: u32) -> Result<u32, Fault> {
    if k == 0 {
        let extra = block.dc.decode(bits)?;
        bits.skip(u32::from(extra));
        return Ok(1);
    }
    let symbol = block.ac.decode(bits)?;
    let (run, extra) = (u32::from(symbol >> 4), u32::from(symbol & 15));
    if extra == 0 && run != 15 {
        return if run == 0 { Ok(64) } else { Err(Fault::Meaning) };
    }
    bits.skip(extra);
    if k + run < 64 { Ok(k + run + 1) } else { Err(Fault::Run) }
}

/// Skips `mcus` MCUs of one code a data unit. `units` are for each component the
/// table and the data units in an MCU.
pub(super) fn skip_samples(bits: &mut Bits<'_>, mcus: u64, units: &[(&Table, usize)]) -> Result<(), Fault> {
    let mut at = *bits;
    let result = (0..mcus).try_for_each(|_| {
        units.iter().try_for_each(|(table, count)| (0..*count).try_for_each(|_| skip_sample(&mut at, table)))
    });
    *bits = at;
    result
}

#[inline(always)]
fn skip_sample(bits: &mut Bits<'_>, table: &Table) -> Result<(), Fault> {
    bits.ensure(32)?;
    let extra = u32::from(table.decode(bits)?);
    // 16 stands for one difference, 32768, and has no extra bits (H.1.2.2).
    bits.skip(if extra == 16 { 0 } else { extra });
    Ok(())
}
