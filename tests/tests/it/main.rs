//! What crosses functions: the template, the sample events, and the system as a whole.

mod catalog_feed;
mod events;
mod settings;
mod template;
