//! The `millibrem` program.
fn main() {}
