//! Generated JPEG pictures for tests: every sampling, progressive, restart intervals.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

#[derive(Debug, Clone, Copy)]
pub(in crate::jpeg) struct Sample {
    pub color: ColorType,
    pub sampling: SamplingFactor,
    pub progressive: bool,
    pub optimized: bool,
    /// MCUs between restart markers; 0 for none.
    pub restart: u16,
    pub width: u16,
    pub height: u16,
}

impl Sample {
    /// A colour picture without subsampling, baseline.
    pub(in crate::jpeg) const PLAIN: Self = Self {
        color: ColorType::Rgb,
        sampling: SamplingFactor::F_1_1,
        progressive: false,
        optimized: false,
        restart: 0,
        width: 64,
        height: 48,
    };

    /// Every kind at the given size.
    pub(in crate::jpeg) fn all_kinds(width: u16, height: u16) -> Vec<Self> {
        use SamplingFactor::{F_1_1, F_1_2, F_2_1, F_2_2, F_4_1};
        let plain = Self { width, height, ..Self::PLAIN };
        let mut kinds = Vec::new();
        for sampling in [F_1_1, F_2_1, F_1_2, F_2_2, F_4_1] {
            for (progressive, restart, optimized) in
                [(false, 0, false), (false, 3, false), (false, 0, true), (true, 0, false), (true, 5, false)]
            {
                kinds.push(Self { sampling, progressive, restart, optimized, ..plain });
            }
        }
        for color in [ColorType::Luma, ColorType::Cmyk, ColorType::CmykAsYcck] {
            for progressive in [false, true] {
                kinds.push(Self { color, progressive, ..plain });
            }
        }
        kinds
    }

    /// The picture as a file.
    pub(in crate::jpeg) fn encode(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, 85);
        encoder.set_sampling_factor(self.sampling);
        encoder.set_progressive(self.progressive);
        encoder.set_optimized_huffman_tables(self.optimized);
        if self.restart > 0 {
            encoder.set_restart_interval(self.restart);
        }
        encoder.encode(&self.pixels(), self.width, self.height, self.color).unwrap();
        file
    }

    /// Smooth, a little noisy, and without any symmetry.
    fn pixels(&self) -> Vec<u8> {
        let channels = match self.color {
            ColorType::Luma => 1,
            ColorType::Rgb => 3,
            _ => 4,
        };
        let mut pixels = Vec::new();
        let mut noise = 1u32;
        for y in 0..u32::from(self.height) {
            for x in 0..u32::from(self.width) {
                for channel in 0..channels {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let slope = x * (2 + channel) + y * (3 - channel.min(2)) + x * y / 40;
                    pixels.push(u8::try_from((slope % 200) + (noise >> 28)).unwrap());
                }
            }
        }
        pixels
    }
}
