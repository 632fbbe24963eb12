//! What becomes of a picture's profile: the same in every format.

use super::{is_plain_srgb, rebuild};
use crate::{IccPolicy, Options, ProfileOutcome, UnreadableProfile, work::TOO_MUCH_MEMORY};

/// What becomes of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It is written anew: these bytes, and how many of the old ones told something else.
    Keep(super::Rebuilt),
    /// It goes, for the reason that the report names.
    Drop(ProfileOutcome),
}

impl Decision {
    /// What the report says.
    pub(crate) fn outcome(&self) -> ProfileOutcome {
        match self {
            Self::Keep(_) => ProfileOutcome::Rebuilt,
            Self::Drop(outcome) => *outcome,
        }
    }
}

/// Decides about `profile`; `None` when its container is damaged, so that there is none
/// to read. An error says why the picture is refused.
pub(crate) fn decide(profile: Option<&[u8]>, options: &Options) -> Result<Decision, &'static str> {
    if options.icc == IccPolicy::Drop {
        return Ok(Decision::Drop(ProfileOutcome::Dropped));
    }
    // Read, rebuilt and written.
    if profile.is_some_and(|profile| 3 * profile.len() as u64 > options.max_memory) {
        return Err(TOO_MUCH_MEMORY);
    }
    match profile.map_or(Err(super::Unreadable::NotAProfile), rebuild) {
        Ok(rebuilt) if options.icc == IccPolicy::DropSrgb && is_plain_srgb(&rebuilt.bytes) => {
            Ok(Decision::Drop(ProfileOutcome::Dropped))
        }
        Ok(rebuilt) => Ok(Decision::Keep(rebuilt)),
        Err(unreadable) => match options.unreadable_profile {
            UnreadableProfile::Drop => Ok(Decision::Drop(ProfileOutcome::Lost)),
            UnreadableProfile::Refuse => Err(unreadable.reason()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::icc::{adobe_rgb, test_profile::TestProfile};

    fn outcome(
        profile: Option<&[u8]>,
        icc: IccPolicy,
        unreadable_profile: UnreadableProfile,
    ) -> Result<ProfileOutcome, &'static str> {
        let options = Options { icc, unreadable_profile, ..Options::default() };
        decide(profile, &options).map(|decision| decision.outcome())
    }

    #[test]
    fn policies_decide() {
        let (srgb, other) = (TestProfile::srgb().build(), adobe_rgb());
        let lenient = UnreadableProfile::Drop;
        assert_eq!(outcome(Some(&srgb), IccPolicy::Keep, lenient), Ok(ProfileOutcome::Rebuilt));
        assert_eq!(outcome(Some(&srgb), IccPolicy::DropSrgb, lenient), Ok(ProfileOutcome::Dropped));
        assert_eq!(outcome(Some(&other), IccPolicy::DropSrgb, lenient), Ok(ProfileOutcome::Rebuilt));
        assert_eq!(outcome(Some(&other), IccPolicy::Drop, lenient), Ok(ProfileOutcome::Dropped));
    }

    #[test]
    fn what_is_unreadable_is_lost_or_refused() {
        for profile in [None, Some(&b"LEAKCANARY"[..])] {
            for icc in [IccPolicy::Keep, IccPolicy::DropSrgb] {
                assert_eq!(outcome(profile, icc, UnreadableProfile::Drop), Ok(ProfileOutcome::Lost));
                assert!(outcome(profile, icc, UnreadableProfile::Refuse).is_err());
            }
            assert_eq!(
                outcome(profile, IccPolicy::Drop, UnreadableProfile::Refuse),
                Ok(ProfileOutcome::Dropped)
            );
        }
    }
}
