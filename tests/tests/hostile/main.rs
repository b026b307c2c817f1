//! Input nobody should send: no panic, no 5xx, and what is accepted is stored as it was sent.

mod openapi;
