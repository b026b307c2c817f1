//! Formats the parts of a step briefly, so that a run is readable.

use std::fmt::{Debug, Formatter, Result};

use crate::consume::{Consumer, Delivery};
use crate::record::Recording;
use crate::state::{Effect, Message};

impl Debug for Effect {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}-{}", self.sink, self.interaction)
    }
}

impl Debug for Message {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{:?} received {}x", self.hint, self.receive_count)
    }
}

impl Debug for Delivery {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let unread = if self.readable { "" } else { " unread" };
        let visible_again = if self.visible_again { " visible again" } else { "" };
        write!(f, "{:?}{unread}{visible_again}", self.message)
    }
}

impl Debug for Consumer {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "consumer of {:?}", self.batch)
    }
}

impl Debug for Recording {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "recording of {}", self.interaction)
    }
}
