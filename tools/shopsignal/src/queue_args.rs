//! The queues of a deployment as arguments: `--popularity-queue-url` or `POPULARITY_QUEUE_URL`, and so for every queue.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use clap::{Arg, ArgMatches, Command};

use crate::dlq::Dlq;

/// The URLs of queues, by the name of the queue.
#[derive(Debug, Clone, Default)]
pub struct QueueArgs(pub BTreeMap<String, String>);

/// How a queue is named.
struct Name {
    queue: String,
    flag: String,
    variable: String,
}

static NAMES: LazyLock<Vec<Name>> = LazyLock::new(|| {
    let name = |queue: String| Name {
        flag: format!("{queue}-url"),
        variable: format!("{queue}-url").replace('-', "_").to_uppercase(),
        queue,
    };
    Dlq::queue_names().map(name).collect()
});

impl clap::Args for QueueArgs {
    fn augment_args(command: Command) -> Command {
        let arg = |name: &'static Name| {
            let arg = Arg::new(&*name.flag).long(&*name.flag).env(&*name.variable).value_name("URL");
            arg.help(format!("URL of {}", name.queue))
        };
        command.args(NAMES.iter().map(arg))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for QueueArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |name: &Name| Some((name.queue.clone(), matches.get_one::<String>(&name.flag)?.clone()));
        Ok(Self(NAMES.iter().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.extend(Self::from_arg_matches(matches)?.0);
        Ok(())
    }
}
