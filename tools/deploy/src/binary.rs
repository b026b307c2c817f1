//! What is about to be deployed: a binary for each function, for the machine that the template asks for.
//!
//! Lambda takes any file and fails at its first start, so a build for this machine must not get that far. The header of an ELF
//! file is all that is looked at: five fixed bytes and the machine, at fixed places (System V ABI, "ELF Header").

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::Error;

/// `\x7fELF`, 64 bits, little-endian.
const IDENTITY: [u8; 6] = [0x7f, b'E', b'L', b'F', 2, 1];
/// Where `e_machine` is, as two bytes.
const MACHINE: std::ops::Range<usize> = 18..20;

/// A processor that Lambda has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Machine {
    Arm64,
    X86_64,
}

impl Machine {
    const ALL: [Self; 2] = [Self::Arm64, Self::X86_64];

    /// The machine that the parameter Architecture names.
    ///
    /// # Errors
    /// `Usage` for anything else.
    pub(crate) fn of(architecture: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|machine| machine.name() == architecture);
        found.ok_or_else(|| Error::Usage(format!("Architecture={architecture}: it must be arm64 or x86_64")))
    }

    /// As the parameter and AWS call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    /// `EM_AARCH64` and `EM_X86_64`.
    fn code(self) -> u16 {
        match self {
            Self::Arm64 => 0xB7,
            Self::X86_64 => 0x3E,
        }
    }
}

/// Returns the names of the folders in `functions/`, sorted.
///
/// # Errors
/// When the folder cannot be listed.
pub(crate) fn functions(root: &Path) -> Result<Vec<String>, Error> {
    let folder = root.join("functions");
    let failed = |source| stack::Error::Read { path: folder.clone(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Checks that every function has a binary for the machine.
///
/// # Errors
/// `NoBootstrap` and `Machine` for the first that has not.
pub(crate) fn check(folder: &Path, functions: &[String], machine: Machine) -> Result<(), Error> {
    for function in functions {
        let path = folder.join(function).join("bootstrap");
        let header = header(&path)?;
        let found = describe(&header);
        if found != machine.name() {
            return Err(Error::Machine { path, wanted: machine.name(), found });
        }
    }
    Ok(())
}

fn header(path: &PathBuf) -> Result<Vec<u8>, Error> {
    let file = File::open(path).map_err(|_missing| Error::NoBootstrap(path.clone()))?;
    let mut header = Vec::new();
    let read = file.take(MACHINE.end as u64).read_to_end(&mut header);
    read.map_err(|source| stack::Error::Read { path: path.clone(), source })?;
    Ok(header)
}

/// The machine's name, or what the file is instead.
fn describe(header: &[u8]) -> String {
    let Some(&[low, high]) = header.get(MACHINE).filter(|_| header.starts_with(&IDENTITY)) else {
        return "no 64-bit Linux program".to_owned();
    };
    let code = u16::from_le_bytes([low, high]);
    let known = Machine::ALL.into_iter().find(|machine| machine.code() == code);
    known.map_or_else(|| format!("for the machine {code:#x}"), |machine| machine.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_names_its_machine() {
        let mut header = IDENTITY.to_vec();
        header.resize(MACHINE.end, 0);
        header[MACHINE.start] = 0xB7;
        assert_eq!(describe(&header), "arm64");
        header[MACHINE.start] = 0x3E;
        assert_eq!(describe(&header), "x86_64");
        header[MACHINE.start] = 0xF3;
        assert_eq!(describe(&header), "for the machine 0xf3");
        assert_eq!(describe(b"#!/bin/sh\necho hello world\n"), "no 64-bit Linux program");
        assert_eq!(describe(b"\x7fELF\x02\x01"), "no 64-bit Linux program");
    }

    #[test]
    fn only_what_lambda_has_is_a_machine() {
        assert_eq!(Machine::of("arm64").expect("known"), Machine::Arm64);
        assert!(Machine::of("riscv64").is_err());
    }
}
