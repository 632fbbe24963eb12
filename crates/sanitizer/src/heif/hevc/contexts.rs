//! The context variables of intra slices, and what they begin with (ITU-T H.265,
//! 9.3.2.2: tables 9-5 to 9-37, `initType` 0).

use super::cabac::Context;

/// Where the contexts of a syntax element begin.
pub(super) const SAO_MERGE: usize = 0;
pub(super) const SAO_TYPE_IDX: usize = 1;
pub(super) const SPLIT_CU_FLAG: usize = 2;
pub(super) const CU_TRANSQUANT_BYPASS_FLAG: usize = 5;
pub(super) const PART_MODE: usize = 6;
pub(super) const PREV_INTRA_LUMA_PRED_FLAG: usize = 7;
pub(super) const INTRA_CHROMA_PRED_MODE: usize = 8;
pub(super) const SPLIT_TRANSFORM_FLAG: usize = 9;
pub(super) const CBF_LUMA: usize = 12;
pub(super) const CBF_CHROMA: usize = 14;
pub(super) const CU_QP_DELTA_ABS: usize = 19;
/// Luma, and chroma.
pub(super) const TRANSFORM_SKIP_FLAG: usize = 21;
pub(super) const LAST_SIG_COEFF_X_PREFIX: usize = 23;
pub(super) const LAST_SIG_COEFF_Y_PREFIX: usize = 41;
pub(super) const CODED_SUB_BLOCK_FLAG: usize = 59;
pub(super) const SIG_COEFF_FLAG: usize = 63;
/// `sig_coeff_flag` with `transform_skip_context_enabled_flag`: luma, and chroma.
pub(super) const SIG_COEFF_FLAG_SKIP: usize = 105;
pub(super) const COEFF_ABS_LEVEL_GREATER1_FLAG: usize = 107;
pub(super) const COEFF_ABS_LEVEL_GREATER2_FLAG: usize = 131;
pub(super) const LOG2_RES_SCALE_ABS: usize = 137;
pub(super) const RES_SCALE_SIGN_FLAG: usize = 145;
pub(super) const CU_CHROMA_QP_OFFSET_FLAG: usize = 147;
pub(super) const CU_CHROMA_QP_OFFSET_IDX: usize = 148;
const COUNT: usize = 149;

/// `initValue` of each.
#[rustfmt::skip]
const INIT_VALUES: [u8; COUNT] = [
    153, 200, // sao_merge, sao_type_idx
    139, 141, 157, // split_cu_flag
    154, 184, 184, 63, // cu_transquant_bypass_flag, part_mode, prev_intra_luma_pred_flag, intra_chroma_pred_mode
    153, 138, 138, // split_transform_flag
    111, 141, // cbf_luma
    94, 138, 182, 154, 154, // cbf_cb, cbf_cr
    154, 154, // cu_qp_delta_abs
    139, 139, // transform_skip_flag
    110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63, // last_sig_coeff_x_prefix
    110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63, // last_sig_coeff_y_prefix
    91, 171, 134, 141, // coded_sub_block_flag
    111, 111, 125, 110, 110, 94, 124, 108, 124, 107, 125, 141, 179, 153, 125, 107, 125, 141, 179, 153, 125,
    107, 125, 141, 179, 153, 125, 140, 139, 182, 182, 152, 136, 152, 136, 153, 136, 139, 111, 136, 139, 111,
    141, 111, // sig_coeff_flag, and those with transform_skip_context_enabled_flag
    140, 92, 137, 138, 140, 152, 138, 139, 153, 74, 149, 92, 139, 107, 122, 152, 140, 179, 166, 182, 140, 227,
    122, 197, // coeff_abs_level_greater1_flag
    138, 153, 136, 167, 152, 152, // coeff_abs_level_greater2_flag
    154, 154, 154, 154, 154, 154, 154, 154, // log2_res_scale_abs_plus1
    154, 154, // res_scale_sign_flag
    154, 154, // cu_chroma_qp_offset_flag, cu_chroma_qp_offset_idx
];

/// All context variables; they are stored and put back as one (9.3.2.4).
#[derive(Debug, Clone)]
pub(super) struct Contexts {
    of: [Context; 256],
    /// `StatCoeff`, which the Rice parameters adapt with.
    pub(super) stat_coeff: [u32; 4],
}

impl Contexts {
    /// For a slice with this `SliceQpY`.
    pub(super) fn new(qp: i32) -> Self {
        // More than there are: so no index needs a check.
        let mut of = [Context::default(); 256];
        for (context, value) in of.iter_mut().zip(INIT_VALUES) {
            *context = Context::new(value, qp);
        }
        Self { of, stat_coeff: [0; 4] }
    }

    /// The one at this place.
    #[inline]
    pub(super) fn at(&mut self, place: usize) -> &mut Context {
        &mut self.of[place & 255]
    }
}
