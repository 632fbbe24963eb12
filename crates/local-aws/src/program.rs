//! The server's program, in Python: written into a home before each start.

use super::home::{create_private_folder, remove_folder};
use super::{Error, atomic};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Every file of `server/`, by its name there.
const FILES: &[(&str, &str)] = &[
    ("__main__.py", include_str!("../server/__main__.py")),
    ("gate.py", include_str!("../server/gate.py")),
    ("neighbours.py", include_str!("../server/neighbours.py")),
    ("state.py", include_str!("../server/state.py")),
    ("corrections/__init__.py", include_str!("../server/corrections/__init__.py")),
    ("corrections/access_keys.py", include_str!("../server/corrections/access_keys.py")),
    ("corrections/alarm_states.py", include_str!("../server/corrections/alarm_states.py")),
    ("corrections/alarms.py", include_str!("../server/corrections/alarms.py")),
    ("corrections/async_events.py", include_str!("../server/corrections/async_events.py")),
    ("corrections/bucket_abac.py", include_str!("../server/corrections/bucket_abac.py")),
    ("corrections/bucket_encryption.py", include_str!("../server/corrections/bucket_encryption.py")),
    ("corrections/bucket_names.py", include_str!("../server/corrections/bucket_names.py")),
    ("corrections/destinations.py", include_str!("../server/corrections/destinations.py")),
    ("corrections/function_policies.py", include_str!("../server/corrections/function_policies.py")),
    ("corrections/grants.py", include_str!("../server/corrections/grants.py")),
    ("corrections/listings.py", include_str!("../server/corrections/listings.py")),
    ("corrections/log_events.py", include_str!("../server/corrections/log_events.py")),
    ("corrections/log_groups.py", include_str!("../server/corrections/log_groups.py")),
    ("corrections/metrics.py", include_str!("../server/corrections/metrics.py")),
    ("corrections/notifications.py", include_str!("../server/corrections/notifications.py")),
    ("corrections/permissions.py", include_str!("../server/corrections/permissions.py")),
    ("corrections/queue_sources.py", include_str!("../server/corrections/queue_sources.py")),
    ("corrections/simulation.py", include_str!("../server/corrections/simulation.py")),
    ("corrections/users.py", include_str!("../server/corrections/users.py")),
    ("corrections/versions.py", include_str!("../server/corrections/versions.py")),
    ("corrections/wildcards.py", include_str!("../server/corrections/wildcards.py")),
];

/// Writes it to this folder, in place of what is there.
pub(super) fn write(folder: &Path) -> Result<(), Error> {
    remove_folder(folder)?;
    for (name, text) in FILES {
        let path = folder.join(name);
        create_private_folder(path.parent().unwrap_or(folder))?;
        atomic::write(&path, text, 0o600)?;
    }
    Ok(())
}

/// Differs when any of the files does: a server that runs another program is replaced.
pub(super) fn fingerprint() -> u64 {
    let mut hash = Sha256::new();
    for (name, text) in FILES {
        hash.update(name);
        hash.update(text);
    }
    let hash: [u8; 32] = hash.finalize().into();
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_program_is_embedded() {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/server"));
        let files = walkdir::WalkDir::new(folder).into_iter().flatten().map(walkdir::DirEntry::into_path);
        let mut found: Vec<String> = files
            .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
            .map(|path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned())
            .collect();
        found.sort();
        let mut embedded: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        embedded.sort_unstable();
        assert_eq!(found, embedded);
    }

    #[test]
    fn what_an_older_program_left_goes() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("server");
        std::fs::create_dir(&program).unwrap();
        std::fs::write(program.join("old.py"), "").unwrap();
        write(&program).unwrap();
        assert!(!program.join("old.py").exists());
        assert!(program.join("corrections/__init__.py").exists());
    }
}
