//! Skips through the scans of sequential and lossless pictures (ITU-T T.81 F.2
//! and H.2). No coefficient's value is needed to know how long its code is, so
//! none is computed.

use super::{
    bits::{Bits, Fault},
    huffman::{Leaps, Table},
};

/// How a block of an MCU is coded.
pub(super) struct Block<'t> {
    pub dc: &'t Table,
    pub ac: &'t Table,
    /// For scans big enough to be worth making them.
    pub leaps: Option<&'t Leaps>,
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
    bits.ensure(32)?;
    let extra = block.dc.decode(bits)?;
    bits.skip(u32::from(extra));

    let mut k = 1;
    while k < 64 {
        bits.load()?;
        if let Some(leaps) = block.leaps {
            // 24 bits stay loaded for at least one code, once three windows of 13 are used.
            let mut left = 3;
            loop {
                let leap = leaps.look(bits);
                let next = k + leap.coefficients();
                // A block that is full to the brim has no end of block, so what
                // follows its last coefficient is not for these tables.
                if leap.bits() == 0 || next > 63 {
                    break;
                }
                bits.skip(leap.bits());
                k = next;
                if leap.ends_block() {
                    return Ok(());
                }
                left -= 1;
                if left == 0 {
                    bits.load()?;
                    left = 3;
                }
            }
            bits.ensure(32)?;
        }
        let symbol = block.ac.decode(bits)?;
        let (run, extra) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        if extra == 0 && run != 15 {
            return if run == 0 { Ok(()) } else { Err(Fault::Meaning) };
        }
        bits.skip(extra);
        k += run + 1;
    }
    if k == 64 { Ok(()) } else { Err(Fault::Run) }
}

/// Skips `mcus` MCUs of a lossless picture: one difference for each sample.
pub(super) fn skip_samples(bits: &mut Bits<'_>, mcus: u64, samples: &[&Table]) -> Result<(), Fault> {
    let mut at = *bits;
    let result = (0..mcus).try_for_each(|_| samples.iter().try_for_each(|table| skip_sample(&mut at, table)));
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
