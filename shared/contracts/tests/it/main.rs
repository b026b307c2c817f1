//! What crosses modules: events as shops send them, read and folded.
mod cases;
