//! Reads the settings of a function from its environment, once, at init.
//!
//! Every missing or malformed variable is named in one error, so that a deployment is fixed in one go.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("could not read the settings: {}", problems.join("; "))]
pub struct SettingsError {
    problems: Vec<String>,
}

/// Looks up variables and records which were requested and what was wrong.
pub struct Variables<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    asked: BTreeSet<&'static str>,
    problems: Vec<String>,
}

/// Reads settings from the environment of the process.
///
/// Errors go to the log. The process then ends, and each invocation counts as an error, which raises the function's
/// alarm.
///
/// # Errors
/// Names every variable that is missing or malformed.
pub fn load<T>(read: impl FnOnce(&mut Variables<'_>) -> Option<T>) -> Result<T, SettingsError> {
    let lookup = |name: &str| std::env::var(name).ok();
    Variables::new(&lookup)
        .finish(read)
        .inspect_err(|error| tracing::error!(error = error.to_string(), "could not start: the settings cannot be used"))
}

impl<'a> Variables<'a> {
    /// Looks variables up with a function; an empty value counts as absent, as CloudFormation cannot omit one.
    #[must_use]
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, asked: BTreeSet::new(), problems: Vec::new() }
    }

    /// Runs a parser and combines all problems into one error.
    ///
    /// # Errors
    /// Names every variable that is missing or malformed.
    pub fn finish<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, SettingsError> {
        match read(&mut self) {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => Err(SettingsError { problems: self.problems }),
        }
    }

    /// Returns the requested names.
    #[must_use]
    pub fn asked(&self) -> &BTreeSet<&'static str> {
        &self.asked
    }

    /// Reads an optional string.
    pub fn optional(&mut self, name: &'static str) -> Option<String> {
        self.asked.insert(name);
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// Reads a required string.
    pub fn required(&mut self, name: &'static str) -> Option<String> {
        let value = self.optional(name);
        if value.is_none() {
            self.problems.push(format!("{name} is missing"));
        }
        value
    }

    /// Reads a required value of a type that can be parsed; the value itself is not in the error message.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Option<T> {
        match self.required(name)?.parse() {
            Ok(value) => Some(value),
            Err(reason) => {
                self.problems.push(format!("{name} is malformed: {reason}"));
                None
            }
        }
    }

    /// Reads a required whole number within limits.
    pub fn number(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let number = self.parsed(name)?;
        if range.contains(&number) {
            return Some(number);
        }
        self.problems.push(format!("{name} must be from {} to {}", range.start(), range.end()));
        None
    }

    /// Reads a required number within limits, which may have decimals.
    pub fn decimal(&mut self, name: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let number = self.parsed(name)?;
        if range.contains(&number) {
            return Some(number);
        }
        self.problems.push(format!("{name} must be from {} to {}", range.start(), range.end()));
        None
    }

    /// Reads a switch: `true` or `false`, absent means `false`.
    pub fn switch(&mut self, name: &'static str) -> Option<bool> {
        match self.optional(name).as_deref() {
            None | Some("false") => Some(false),
            Some("true") => Some(true),
            Some(_) => self.refuse(name, "must be true or false"),
        }
    }

    /// Reads a required time in milliseconds within limits.
    pub fn millis(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<Duration> {
        self.number(name, range).map(Duration::from_millis)
    }

    /// Reads the time limit of SQS. A request or a batch waits for it, so it is short.
    pub fn send_limit(&mut self) -> Option<Duration> {
        self.millis("SEND_TIMEOUT_MS", 50..=5_000)
    }

    /// Reads a value of a type that can be parsed, or its default: an empty text is a valid value, so it cannot be
    /// required.
    pub fn parsed_or_default<T: FromStr<Err: Display> + Default>(&mut self, name: &'static str) -> Option<T> {
        if self.optional(name).is_none() { Some(T::default()) } else { self.parsed(name) }
    }

    /// Reads settings whose names are defined by one of our libraries; its error must name the variable.
    pub fn group<T, E: Display>(
        &mut self,
        read: impl FnOnce(&mut dyn FnMut(&'static str) -> Option<String>) -> Result<T, E>,
    ) -> Option<T> {
        match read(&mut |name| self.optional(name)) {
            Ok(settings) => Some(settings),
            Err(problem) => {
                self.problems.push(problem.to_string());
                None
            }
        }
    }

    /// Records a problem that the caller found in a value.
    pub fn refuse<T>(&mut self, name: &'static str, problem: &str) -> Option<T> {
        self.problems.push(format!("{name} {problem}"));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_named_at_once() {
        let lookup = |name: &str| match name {
            "SIZE" => Some("0".to_owned()),
            "SHARE" => Some("NaN".to_owned()),
            "FLAG" => Some("yes".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let read = |v: &mut Variables<'_>| {
            let (size, flag) = (v.number("SIZE", 1..=9), v.switch("FLAG"));
            let (share, empty, url) = (v.decimal("SHARE", 0.0..=0.5), v.required("EMPTY"), v.required("URL"));
            Some((size?, flag?, share?, empty?, url?))
        };
        let error = Variables::new(&lookup).finish(read).unwrap_err().to_string();
        assert_eq!(
            error,
            "could not read the settings: SIZE must be from 1 to 9; FLAG must be true or false; SHARE must be from 0 to 0.5; EMPTY is missing; URL is missing"
        );
    }
}
